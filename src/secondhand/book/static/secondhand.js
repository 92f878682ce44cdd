/* A solution is fetched when its reader asks for it; without scripts, or from a folder, the plain link remains. */
document.querySelectorAll("details.solution").forEach((details) => {
  details.addEventListener("toggle", async () => {
    const body = details.querySelector(".solution-body");
    if (!details.open || body.dataset.loaded || location.protocol === "file:") return;
    try {
      const answer = await fetch(details.dataset.solution);
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      body.replaceChildren(page.querySelector(".highlight"));
      body.dataset.loaded = "true";
    } catch {
      /* The link to the solution's own page is still there. */
    }
  });
});

/* The launch menu closes like other menus: with Escape, or by going elsewhere. */
document.querySelectorAll("details.launch-menu").forEach((menu) => {
  document.addEventListener("click", (event) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});

/* Boxes that scroll sideways must be reachable from the keyboard. */
const scrollable =
  ".bd-article pre, .bd-article .cell_output, .bd-article div.math, .bd-article figure, .pst-scrollable-table-container";
const markScrollable = () =>
  document.querySelectorAll(scrollable).forEach((box) => {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  });
window.addEventListener("load", markScrollable);
window.addEventListener("resize", markScrollable);
