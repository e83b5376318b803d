// Shows which version was in force on a day, and which was announced; the tables hold the days.
(() => {
  const form = document.querySelector(".pp-day");
  const answer = document.querySelector(".pp-answer");
  if (!form || !answer) return;
  const rows = [...document.querySelectorAll("tr[data-what]")];
  const input = form.elements.day;

  const show = () => {
    const day = input.value;
    if (!day) return;
    const date = new Date(`${day}T00:00Z`);
    const title = document.createElement("p");
    title.className = "pp-box-title";
    // In English the day first, for readers of every country.
    const language = document.documentElement.lang.replace(/^en$/, "en-GB");
    const written = date.toLocaleDateString(language, { dateStyle: "long", timeZone: "UTC", calendar: "gregory", numberingSystem: "latn" });
    // As `wording/dates.py` has it: the tables lack the French first of a month.
    title.textContent = language.startsWith("fr") ? written.replace(/^1 /, "1er ") : written;
    const list = document.createElement("ul");
    for (const row of rows) {
      const { from, until, said, called } = row.dataset;
      const holds = from <= day && (!until || day <= until);
      row.classList.toggle("pp-holds", holds);
      if (!holds) continue;
      const item = document.createElement("li");
      const [before, behind] = said.split("$");
      item.append(before, Object.assign(row.querySelector("a").cloneNode(), { textContent: called }), behind);
      list.append(item);
    }
    if (!list.children.length) list.append(Object.assign(document.createElement("li"), { textContent: form.dataset.none }));
    answer.replaceChildren(title, list);
  };

  form.hidden = false;
  input.value = new URLSearchParams(location.search).get("day") || new Date().toISOString().slice(0, 10);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    // The address can be shared; the way back stays that to the page before.
    history.replaceState(null, "", `?day=${input.value}`);
    show();
  });
  show();
})();
