// What a reader needs first: the figures in sentences, the three sites to change, and why the resident set is what it is.

function sourceOf(id) {
  const source = data.source[id];
  if (!source) return null;
  const lines = source.lines.map(line => line.replaceAll("\t", "    "));
  const indent = Math.min(...lines.filter(line => line.trim()).map(line => line.search(/\S/)), 200);
  return element("pre", { class: "source", tabindex: 0, role: "region", "aria-label": `Source around line ${source.line}` }, lines.map((line, i) => {
    const here = source.first + i === source.line;
    return element("span", { class: here ? "here" : null }, element("span", { class: "no" }, String(source.first + i)), (here ? "▶ " : "  ") + line.slice(indent) + "\n");
  }));
}

function adviceList() {
  if (data.advice.length === 0) return empty("No site stands out: nothing here would save a hundredth of the program's faults or resident memory.");
  return element("ol", { class: "advice" }, data.advice.map((advice, i) => element("li", null,
    element("span", { class: "rank", "aria-hidden": "true" }, String(i + 1)),
    element("h4", null, advice.title),
    element("p", { class: "where" }, element("button", { class: "link mono", type: "button", onclick: () => revealSite(advice.site) }, advice.display), " ",
      element("span", { class: "muted" }, advice.api)),
    element("div", null,
      element("p", null, advice.text),
      element("p", { class: "small muted" }, "Would save"),
      element("ul", { class: "saves" }, advice.savings.map(saving => element("li", null, saving))),
      sourceOf(advice.site)))));
}

const gapColours = ["p3", "p4", "p6", "p5", "p1"];

function gapChart() {
  const label = "Where the resident set comes from. " + data.gaps.map(gap => gap.text).join(" ");
  return chart(label, () => {
    const most = Math.max(...data.gaps.map(gap => gap.parts.reduce((sum, part) => sum + part.bytes, 0)));
    const traces = data.gaps[0].parts.map((part, i) => ({
      type: "bar", orientation: "h", name: plain(part.name), y: data.gaps.map(gap => gap.moment), x: data.gaps.map(gap => gap.parts[i].bytes),
      marker: { color: colour(gapColours[i]), line: { color: colour("panel"), width: 1.5 }, pattern: { shape: ["", "", "x", "/", "."][i], fgcolor: colour("panel"), fillmode: "overlay", solidity: 0.22, size: 8 } },
      customdata: data.gaps.map(gap => [bytes(gap.parts[i].bytes), plain(gap.parts[i].meaning)]),
      hovertemplate: "<b>%{fullData.name}</b>: %{customdata[0]}<br>%{customdata[1]}<extra></extra>",
    }));
    return { traces, layout: {
      barmode: "stack", height: 130 + 46 * data.gaps.length + (isNarrow() ? 110 : 0), showlegend: true, legend: { orientation: "h", traceorder: "normal", y: -0.28 },
      xaxis: { ...byteTicks(most), fixedrange: true }, yaxis: { autorange: "reversed", fixedrange: true },
    } };
  });
}

function verdictSection() {
  const made = section("verdict", "Verdict");
  put(made, element("p", { class: "answer" }, data.answer));
  put(made, element("ul", { class: "cards" }, data.cards.map(card => element("li", null,
    element("div", { class: "muted" }, card.name), element("div", { class: "value" }, card.value), element("div", { class: "small muted" }, card.note)))));
  put(made, element("h3", null, data.advice.length === 1 ? "The site to change" : "The sites to change first"), adviceList());
  if (data.gaps.length > 0) {
    const drawn = gapChart();
    put(made, element("h3", null, "Why the resident set is what it is"), data.gaps.map(gap => element("p", { class: "lead" }, gap.text)), drawn.place,
      tableBehind("The same as a table", ["part", ...data.gaps.map(gap => gap.moment), "meaning"],
        () => data.gaps[0].parts.map((part, i) => [part.name, ...data.gaps.map(gap => bytes(gap.parts[i].bytes)), part.meaning])));
    watch(drawn);
  }
  if (data.findings.length > 0) {
    put(made, element("h3", null, "Mistakes that were seen"), element("ol", null, data.findings.map(finding => element("li", null,
      element("strong", null, finding.title), ` (${count(finding.occurrences, "time")}): ${finding.text} ${finding.consequence}`,
      element("ul", null, finding.steps.map(step => element("li", { class: "mono" }, step)))))));
  }
  put(made, element("p", null, element("strong", null, "Next: "), data.next));
  return made;
}
