// How the board looks on this device: the size of its letters, light or dark. Runs before the page is painted, and again
// when one of the two is chosen. Without JavaScript the page follows the system.

(() => {
  const root = document.documentElement;
  const stored = (name) => {
    try {
      return localStorage.getItem(name) ?? "";
    } catch {
      return ""; // the browser keeps nothing
    }
  };

  function apply() {
    root.dataset.size = stored("board-size") || "m";
    const theme = stored("board-theme"); // "light", "dark", or blank: as the system
    root.dataset.theme = theme;
    root.style.colorScheme = theme;
  }

  function showChoice() {
    for (const name of ["board-size", "board-theme"]) {
      const value = stored(name) || (name === "board-size" ? "m" : "");
      for (const radio of document.querySelectorAll(`input[name="${name}"]`)) radio.checked = radio.value === value;
    }
  }

  apply();
  document.addEventListener("DOMContentLoaded", showChoice);
  document.addEventListener("change", ({ target }) => {
    if (!target.matches('input[name="board-size"], input[name="board-theme"]')) return;
    try {
      localStorage.setItem(target.name, target.value);
    } catch {
      return;
    }
    apply();
  });
})();
