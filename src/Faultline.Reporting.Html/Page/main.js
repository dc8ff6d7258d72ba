// Puts the sections in their order and says where in them the reader is.

document.getElementById("title").textContent = data.title;
document.getElementById("subtitle").textContent = data.subtitle;

for (const made of pageSections) {
  const drawn = made();
  if (drawn) document.getElementById("main").append(drawn);
}

const links = sections.map(({ id, title }) => element("a", { href: `#${id}` }, title));
document.getElementById("sections").append(element("ul", null, links.map(link => element("li", null, link))));

const reading = new IntersectionObserver(entries => {
  for (const entry of entries) {
    if (!entry.isIntersecting) continue;
    for (const link of links) {
      if (link.getAttribute("href") === `#${entry.target.id}`) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }
}, { rootMargin: "-25% 0px -70% 0px" });
for (const { element: part } of sections) reading.observe(part);
