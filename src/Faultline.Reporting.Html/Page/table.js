// Tables: sorted by their headings, which are buttons, and filtered by a word. Beside each chart stands one with the same numbers.

/**
 * columns: { key, name, text?: row => string, below?: row => string, node?: row => Node, value?: row => number|string, numeric? }. more: row => Node[] adds a second row that
 * the first column's button opens. Shows at most `most` rows until asked for all.
 */
function sortableTable({ caption, columns, rows, sort, most = 100, more, filterText }) {
  let order = { ...sort }, needle = "", all = false;
  const body = element("tbody");
  const open = new Set();
  const heads = columns.map(column => {
    const head = element("th", { scope: "col", class: column.numeric ? "n" : null },
      element("button", { class: "sort", type: "button", onclick: () => { toggle(column); } }, column.name));
    head.column = column;
    return head;
  });
  const table = element("table", null, element("caption", { class: "small muted" }, caption), element("thead", null, element("tr", null, heads)), body);
  const status = element("p", { class: "small muted", role: "status" });
  const showAll = element("button", { class: "button", type: "button", onclick: () => { all = true; draw(); } });

  function toggle(column) {
    order = order.key === column.key ? { key: column.key, down: !order.down } : { key: column.key, down: Boolean(column.numeric) };
    draw();
  }

  function valueOf(column, row) {
    return column.value ? column.value(row) : row[column.key];
  }

  function chosenRows() {
    const column = columns.find(c => c.key === order.key);
    const shown = needle ? rows.filter(row => filterText(row).toLowerCase().includes(needle)) : [...rows];
    const sign = order.down ? -1 : 1;
    return column ? shown.map((row, i) => [row, i]).sort(([a, i], [b, j]) => {
      const x = valueOf(column, a) ?? -1, y = valueOf(column, b) ?? -1;
      return x < y ? -sign : x > y ? sign : i - j;
    }).map(([row]) => row) : shown;
  }

  function rowOf(row) {
    const cells = columns.map((column, i) => {
      const content = column.node ? column.node(row) : column.text ? column.text(row) : String(row[column.key] ?? "");
      if (i > 0 || !more) return element("td", { class: column.numeric ? "n" : null }, content);
      const button = element("button", { class: "link", type: "button", "aria-expanded": String(open.has(row)), onclick: () => {
        if (!open.delete(row)) open.add(row);
        draw();
        body.querySelector(`[data-row="${rows.indexOf(row)}"]`)?.focus();
      }, "data-row": rows.indexOf(row) }, content);
      return element("td", { class: "name" }, button, column.below ? element("div", { class: "small muted" }, column.below(row)) : null);
    });
    const line = element("tr", { class: open.has(row) ? "open" : null }, cells);
    return open.has(row) ? [line, element("tr", { class: "more" }, element("td", { colspan: columns.length }, more(row)))] : [line];
  }

  function draw() {
    const chosen = chosenRows();
    const shown = all ? chosen : chosen.slice(0, most);
    body.replaceChildren(...shown.flatMap(rowOf));
    for (const head of heads) head.setAttribute("aria-sort", head.column.key !== order.key ? "none" : order.down ? "descending" : "ascending");
    status.textContent = shown.length === rows.length ? `${count(rows.length, "row")}.` : `${number(shown.length)} of ${count(rows.length, "row")}.`;
    showAll.textContent = `Show all ${number(chosen.length)}`;
    showAll.hidden = shown.length === chosen.length;
    table.dispatchEvent(new Event("drawn"));
  }

  draw();
  return {
    element: element("div", null, scrollable(table, caption), status, showAll),
    filter(text) { needle = text.trim().toLowerCase(); draw(); },
    reveal(row) { all = true; open.add(row); draw(); body.querySelector(`[data-row="${rows.indexOf(row)}"]`)?.focus(); },
    table,
  };
}

/** What is wider than the page scrolls by itself, by keyboard too. */
function scrollable(content, label, tall) {
  return element("div", { class: tall ? "scroll tall" : "scroll", tabindex: 0, role: "region", "aria-label": label }, content);
}

/** A plain table, made when it is first opened. rows: arrays of texts; numeric from the second column on. */
function tableBehind(summary, heads, rows) {
  const details = element("details", null, element("summary", null, summary));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1)
      details.append(scrollable(plainTable(heads, rows()), summary, true));
  });
  return details;
}

function plainTable(heads, rows) {
  const cell = (name, text, i) => element(name, { class: i > 0 ? "n" : null, scope: name === "th" ? "col" : null }, text);
  return element("table", null, element("thead", null, element("tr", null, heads.map((head, i) => cell("th", head, i)))),
    element("tbody", null, rows.map(row => element("tr", null, row.map((text, i) => cell("td", text, i))))));
}
