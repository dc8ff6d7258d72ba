using Faultline.Analyzers.Flow;

namespace Faultline.Analyzers.Tests.Flow;

/// <summary>The persistent map against dictionaries, on random histories.</summary>
public class PatriciaMapTests
{
    private static readonly PatriciaMap<int>.Merger MaxUnlessSeven = (int key, int mine, int theirs, out int merged) => (merged = Math.Max(mine, theirs)) != 7;

    private static readonly PatriciaMap<int>.Keeper OneMoreUnlessTwo = (int single, out int kept) => (kept = single + 1) != 3;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void It_does_what_a_dictionary_does(int seed)
    {
        Random random = new(seed);
        for (int round = 0; round < 200; round++)
        {
            (PatriciaMap<int>? map, Dictionary<int, int> model) common = Change(null, [], random);
            (PatriciaMap<int>? map, Dictionary<int, int> model) left = Change(common.map, common.model, random);
            (PatriciaMap<int>? map, Dictionary<int, int> model) right = Change(common.map, common.model, random);
            AssertSame(common.model, common.map);
            AssertSame(left.model, left.map);
            AssertSame(Intersect(left.model, right.model), PatriciaMap<int>.Intersect(left.map, right.map, MaxUnlessSeven));
            AssertSame(Unite(left.model, right.model), PatriciaMap<int>.Unite(left.map, right.map, MaxUnlessSeven, OneMoreUnlessTwo));
        }
    }

    [Fact]
    public void What_changes_nothing_answers_the_same_object()
    {
        PatriciaMap<int>? map = null;
        for (int key = 0; key < 50; key += 3)
            map = PatriciaMap<int>.Set(map, key, key);
        Assert.Same(map, PatriciaMap<int>.Set(map, 9, 9));
        Assert.Same(map, PatriciaMap<int>.Remove(map, 10));
        Assert.Same(map, PatriciaMap<int>.Intersect(map, PatriciaMap<int>.Set(map, 100, 1), MaxUnlessSeven));
        Assert.Same(map, PatriciaMap<int>.Intersect(map, map, (int _, int _, int _, out int _) => throw new InvalidOperationException("a shared part was looked at")));
        Assert.Same(map, PatriciaMap<int>.Unite(map, map, MaxUnlessSeven, (int _, out int _) => throw new InvalidOperationException("a shared part was looked at")));
        Assert.Same(map, PatriciaMap<int>.Unite(map, PatriciaMap<int>.Set(null, 9, 5), MaxUnlessSeven, (int single, out int kept) => (kept = single) >= 0));
    }

    private static (PatriciaMap<int>?, Dictionary<int, int>) Change(PatriciaMap<int>? map, Dictionary<int, int> model, Random random)
    {
        model = new(model);
        int range = 1 << random.Next(1, 12);
        for (int i = random.Next(40); i > 0; i--)
        {
            int key = random.Next(range);
            if (random.Next(4) == 0)
            {
                map = PatriciaMap<int>.Remove(map, key);
                model.Remove(key);
            }
            else
            {
                int value = random.Next(10);
                map = PatriciaMap<int>.Set(map, key, value);
                model[key] = value;
            }
        }

        return (map, model);
    }

    private static Dictionary<int, int> Intersect(Dictionary<int, int> left, Dictionary<int, int> right)
        => left.Where(pair => right.ContainsKey(pair.Key))
            .Select(pair => (pair.Key, Same: pair.Value == right[pair.Key], Value: Math.Max(pair.Value, right[pair.Key])))
            .Where(pair => pair.Same || pair.Value != 7)
            .ToDictionary(pair => pair.Key, pair => pair.Value);

    private static Dictionary<int, int> Unite(Dictionary<int, int> left, Dictionary<int, int> right)
    {
        Dictionary<int, int> united = Intersect(left, right);
        foreach (KeyValuePair<int, int> single in left.Where(pair => !right.ContainsKey(pair.Key)).Concat(right.Where(pair => !left.ContainsKey(pair.Key))))
            if (single.Value != 2)
                united.Add(single.Key, single.Value + 1);
        return united;
    }

    private static void AssertSame(Dictionary<int, int> model, PatriciaMap<int>? map)
    {
        for (int key = 0; key < 4096; key++)
        {
            bool isThere = PatriciaMap<int>.TryGet(map, key, out int value);
            Assert.Equal(model.TryGetValue(key, out int expected), isThere);
            Assert.Equal(expected, value);
        }

        if (model.Count == 0)
            Assert.Null(map);
    }
}
