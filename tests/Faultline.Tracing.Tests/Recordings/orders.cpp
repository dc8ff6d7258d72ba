// What the recordings beside this file were made of: one of each way to allocate, with known sizes. See README.md.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <mcheck.h>
#include <pthread.h>
#include <string>
#include <vector>

struct Order { int id; char *customer; };

static void *volatile sink;

__attribute__((noinline)) static Order *makeOrder(int id)
{
    Order *order = new Order;
    order->id = id;
    order->customer = strdup("a customer of ours");
    return order;
}

__attribute__((noinline)) static void freeOrder(Order *order)
{
    free(order->customer);
    delete order;
}

__attribute__((noinline)) static void *makeBuffer(size_t bytes)
{
    void *buffer = malloc(bytes);
    if (buffer)
        memset(buffer, 1, bytes);
    return buffer;
}

static void *worker(void *argument)
{
    sink = makeBuffer(3333);
    free(sink);
    return argument;
}

int main()
{
    mtrace();
    std::vector<Order *> orders;
    for (int i = 0; i < 40; i++)
        orders.push_back(makeOrder(i));
    for (int i = 0; i < 40; i += 2)
        freeOrder(orders[i]);

    void *table = calloc(10, 77);
    table = realloc(table, 5000);
    table = realloc(table, 60000);
    sink = malloc(SIZE_MAX / 2 + 3);
    sink = realloc(table, SIZE_MAX - 5000);

    void *aligned = nullptr;
    if (posix_memalign(&aligned, 256, 1234) != 0)
        return 1;
    sink = memalign(4096, 8192);
    free(sink);
    free(makeBuffer(1 << 20));

    std::string name = "a name that is longer than the small string optimisation";
    sink = &name[0];

    pthread_t thread;
    pthread_create(&thread, nullptr, worker, nullptr);
    pthread_join(thread, nullptr);
    free(table);
    muntrace();
    return 0;
}
