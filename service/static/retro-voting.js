// Votes as dots with a button on each side; the numbers of the plain form stay underneath and are sent.

import { send, tell } from "./retro-send.js";

const A_MOMENT = 200; // milliseconds: several presses are one change

export function startVoting(retro) {
  const form = document.getElementById("votes");
  if (!form || form.dataset.ready) return;
  form.dataset.ready = "yes";
  const most = Number(form.dataset.votes);
  const inputs = [...form.querySelectorAll("input[type=number]")];
  const left = document.getElementById("votes-left");
  let saving = null;

  const drawn = inputs.map((input) => {
    const less = button("−", form.dataset.less, () => change(input, -1));
    const more = button("+", form.dataset.more, () => change(input, 1));
    const dots = document.createElement("span");
    dots.className = "dots-drawn";
    dots.setAttribute("aria-hidden", "true");
    const count = document.createElement("span");
    count.className = "visually-hidden";
    input.hidden = true;
    const name = input.labels[0].textContent;
    less.setAttribute("aria-label", `${form.dataset.less}, ${name}`);
    more.setAttribute("aria-label", `${form.dataset.more}, ${name}`);
    input.after(less, dots, more, count);
    return { input, less, more, dots, count };
  });

  function button(sign, label, press) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button dot-button";
    made.textContent = sign;
    made.title = label;
    made.addEventListener("click", press);
    return made;
  }

  function change(input, by) {
    const given = inputs.reduce((sum, each) => sum + Number(each.value), 0);
    if ((by > 0 && given >= most) || Number(input.value) + by < 0) return;
    input.value = Number(input.value) + by;
    draw();
    window.clearTimeout(saving);
    saving = window.setTimeout(save, A_MOMENT);
  }

  async function save() {
    const answer = await send(form, null, retro.dataset);
    tell(answer.error ?? "", Boolean(answer.error));
  }

  function draw() {
    const given = inputs.reduce((sum, each) => sum + Number(each.value), 0);
    left.textContent = form.dataset.one.replace("{left}", most - given).replace("{votes}", most);
    for (const { input, less, more, dots, count } of drawn) {
      const mine = Number(input.value);
      dots.textContent = "●".repeat(mine) + "○".repeat(most - mine);
      count.textContent = String(mine);
      less.setAttribute("aria-disabled", String(mine === 0));
      more.setAttribute("aria-disabled", String(given >= most));
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  if (inputs.length) draw();
}
