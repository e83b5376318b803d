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
    const month = date.toLocaleDateString(document.documentElement.lang, { month: "long", timeZone: "UTC" });
    title.textContent = `${date.getUTCDate()} ${month} ${date.getUTCFullYear()}`;
    const list = document.createElement("ul");
    for (const row of rows) {
      const { from, until, what } = row.dataset;
      const holds = from <= day && (!until || day <= until);
      row.classList.toggle("pp-holds", holds);
      if (!holds) continue;
      const item = document.createElement("li");
      item.append(`${what}: `, row.querySelector("a").cloneNode(true));
      list.append(item);
    }
    if (!list.children.length) list.append(Object.assign(document.createElement("li"), { textContent: "No version is known for this day." }));
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
