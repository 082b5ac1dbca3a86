// Refreshes the coming dates while HR edits, and folds away fields that do not apply.
// Without this everything is shown, and the button "Show the dates" does the same.

const form = document.querySelector("#programme");
const dates = document.querySelector("#dates");
const PATIENCE = 400; // milliseconds after the last change
let waiting = 0;
let asked = null;

form.parentElement.classList.add("lively");
form.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, PATIENCE);
});

async function refresh() {
  asked?.abort();
  asked = new AbortController();
  dates.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(form.dataset.dates, {
      method: "POST",
      body: new URLSearchParams(new FormData(form)),
      signal: asked.signal,
    });
    if (response.ok) {
      dates.innerHTML = await response.text(); // our own template, escaped on the server
    }
    dates.removeAttribute("aria-busy");
  } catch (failure) {
    if (failure.name !== "AbortError") {
      dates.removeAttribute("aria-busy"); // the button still works
    }
  }
}
