// An address of a paragraph or section that is not on this page leads to the history of its section.
(() => {
  const { sections } = document.currentScript.dataset;
  const here = new URL(sections, location).pathname === location.pathname;
  const arrive = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    if (!name || document.getElementById(name)) return;
    // `retention.3` is the third paragraph that the section `retention` ever had.
    const section = name.replace(/\.\d+$/, "");
    if (!here && section !== name) location.replace(`${sections}#${name}`);
    else if (here && document.getElementById(section)) location.replace(`#${section}`);
  };
  addEventListener("hashchange", arrive);
  arrive();
})();
