// Two runs: what got worse and better in sentences, the figures of both, and what the two were made with.

function comparisonVerdict() {
  const made = section("verdict", "Verdict");
  const list = (title, sentences) => sentences.length > 0 ? [element("h3", null, title), element("ul", null, sentences.map(text => element("li", null, text)))] : null;
  put(made, element("p", { class: "answer" }, data.answer));
  if (data.warnings.length > 0) put(made, element("ul", { class: "verdicts" }, data.warnings.map(text => element("li", null, text))));
  put(made, list("What got worse", data.worse), list("What got better", data.better));
  if (data.same.length > 0) put(made, element("p", { class: "muted" }, `The same in both: ${data.same.join(", ")}.`));
  if (data.unknown.length > 0) put(made, element("p", { class: "muted" }, `Not known in one of the two: ${data.unknown.join(", ")}.`));
  const word = sign => sign === null ? "cannot be compared" : sign === 0 ? "the same" : sign > 0 ? "worse" : "better";
  put(made, element("ul", { class: "cards" }, data.cards.map(card => element("li", null,
    element("div", { class: "muted" }, card.name), element("div", { class: "value" }, card.value),
    element("div", { class: "small" }, card.change ? `${card.change}, ${word(card.sign)}` : word(card.sign)), element("div", { class: "small muted" }, `${card.before} before; ${card.meaning}`)))));
  return made;
}

function comparisonSettings() {
  const made = section("settings", "Settings of both", "What the two were simulated with, as far as their files say.");
  put(made, scrollable(plainTable(["setting", "before", "after", ""], data.settings.map(row =>
    [row.name, row.before ?? "not known", row.after ?? "not known", row.before === null || row.after === null || row.before === row.after ? "" : "differs"])), "Settings of both"));
  return made;
}

const pageSections = [comparisonVerdict, differencesSection, comparisonSettings];
