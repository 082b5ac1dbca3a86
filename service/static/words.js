// Looks at one's own words in the browser while they are written. It warns and never blocks.

import { check } from "./check.js";

for (const form of document.querySelectorAll("form[method][data-check]")) prepare(form);

export function prepare(form) {
  const wanted = JSON.parse(form.dataset.check);
  const field = form.querySelector("textarea");
  const part = (name) => form.querySelector(`[data-${name}]`);
  let waiting;

  field.addEventListener("input", () => {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(() => look({ quiet: true }), 700);
  });
  part("look")?.addEventListener("click", (event) => {
    event.preventDefault();
    look({ quiet: false });
  });
  form.querySelector("select[name=theme]")?.addEventListener("change", (event) => {
    if (event.target.value) form.querySelector("input[name=kind][value=theme]").checked = true;
  });

  function look({ quiet }) {
    const { harm, hints } = check(field.value, wanted);
    part("looked-at").hidden = quiet && !harm && hints.length === 0;
    part("harm").hidden = !harm;
    part("hints").hidden = harm;
    part("nothing").hidden = hints.length > 0;
    part("here").hidden = false;
    part("there")?.remove();
    const list = part("hint-list");
    list.hidden = hints.length === 0;
    list.replaceChildren(...hints.map((hint) => sentence(wanted.says[hint.kind], hint.found)));
  }
}

function sentence(says, found) {
  const line = document.createElement("li");
  line.textContent = says.replace("{found}", found);
  return line;
}
