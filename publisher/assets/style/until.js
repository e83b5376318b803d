// Says at the top that a page may be out of date, once the last day for which it is right is over.
(() => {
  const { ends, late } = document.querySelector(".pp-until").dataset;
  const tell = () => {
    if (Date.now() < Date.parse(ends) || document.querySelector(".pp-late")) return;
    const box = document.createElement("p");
    box.className = "pp-box pp-box-superseded pp-late";
    box.role = "status";
    box.textContent = late;
    document.querySelector(".md-content__inner").prepend(box);
  };
  // A page may stay open over midnight.
  document.addEventListener("visibilitychange", tell);
  tell();
})();
