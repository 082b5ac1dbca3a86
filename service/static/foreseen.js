// Shows the numbers of the sliders as they move, and what follows from them a moment later.
// Without this the button does the same.

const form = document.querySelector("#assumptions");
const PATIENCE = 400; // milliseconds after the last change
let waiting = 0;
let asked = null;

form.parentElement.classList.add("lively");
form.addEventListener("input", (event) => {
  const output = event.target.parentElement.querySelector("output");
  if (output) {
    output.value = event.target.value;
  }
  clearTimeout(waiting);
  waiting = setTimeout(refresh, PATIENCE);
});

async function refresh() {
  asked?.abort();
  asked = new AbortController();
  const result = document.querySelector("#result");
  result.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form), signal: asked.signal });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (page.querySelector("#result")) {
      result.replaceChildren(...page.querySelector("#result").childNodes);
      document.querySelector("#units")?.remove();
      const units = page.querySelector("#units");
      if (units) {
        document.querySelector(".foreseen").after(units);
      }
    }
    result.removeAttribute("aria-busy");
  } catch (failure) {
    if (failure.name !== "AbortError") {
      result.removeAttribute("aria-busy"); // the button still works
    }
  }
}
