// The guide of a day: it opens at the present hour, and a programme's details open in a window.
(() => {
  const grid = document.getElementById("grid");
  const dialog = document.getElementById("programme-dialog");
  if (!grid) return;

  if (grid.dataset.now) {
    const track = grid.querySelector(".console-track");
    grid.scrollLeft = (track.offsetWidth * Number(grid.dataset.now)) / 100 - grid.clientWidth / 3;
  }
  grid.addEventListener("click", async (event) => {
    const block = event.target.closest(".console-block");
    if (!block || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const answer = await fetch(block.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const details = page.getElementById("programme");
    if (!answer.ok || !details) {
      location.href = block.href;
      return;
    }
    dialog.querySelector("div").replaceChildren(details);
    dialog.showModal();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest(".console-close")) dialog.close();
  });
})();
