// The answer sheet with keys and, on a phone, one statement a screen. Without this the sheet is a plain
// form that works as well. Nothing is sent from here. What the browser keeps is that the facts on privacy
// were open once, so that they are folded the next time; it says nothing about answering.

const facts = document.querySelector("[data-first-time]");
try {
  if (facts && !window.localStorage.getItem("kept-facts-seen")) {
    facts.open = true;
    window.localStorage.setItem("kept-facts-seen", "1");
  }
} catch {
  // A browser that stores nothing keeps them folded, as without a script.
}

const form = document.querySelector("form.questions");
const questions = [...form.querySelectorAll(".question")];
const narrow = window.matchMedia("(max-width: 47.99rem)");
let current = 0;

const steps = document.createElement("div");
steps.className = "steps";
const text = document.createElement("p");
text.className = "step-text";
text.setAttribute("aria-live", "polite");
const bar = document.createElement("progress");
bar.max = questions.length;
bar.setAttribute("aria-hidden", "true");
steps.append(text, bar);

const buttons = document.createElement("div");
buttons.className = "step-buttons";
const back = button(form.dataset.back, () => show(current - 1));
const next = button(form.dataset.next, () => show(current + 1));
buttons.append(back, next);

const hint = document.createElement("p");
hint.className = "key-hint small muted";
hint.textContent = form.dataset.hint;

form.prepend(hint, steps);
questions.at(-1).after(buttons);
form.classList.add("stepwise");
show(0, false);

function button(label, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button";
  made.textContent = label;
  made.addEventListener("click", press);
  return made;
}

function show(position, move = true) {
  current = Math.max(0, Math.min(position, questions.length - 1));
  questions.forEach((question, index) => question.classList.toggle("current", index === current));
  const last = current === questions.length - 1;
  form.classList.toggle("under-way", current > 0);
  form.classList.toggle("at-end", last);
  back.disabled = current === 0;
  next.hidden = last;
  bar.value = current + 1;
  text.textContent = form.dataset.progress
    .replace("{position}", current + 1)
    .replace("{total}", questions.length);
  if (move && narrow.matches) {
    const question = questions[current];
    (question.querySelector("input:checked") ?? question.querySelector("input")).focus({ preventScroll: true });
    window.scrollTo(0, current > 0 ? 0 : steps.getBoundingClientRect().top + window.scrollY);
  }
}

// A tap chooses and goes on; arrow keys, which also choose, stay where they are.
form.addEventListener("click", (event) => {
  const tapped = event.target.closest(".option");
  if (!tapped || !narrow.matches || event.target.tagName !== "INPUT" || event.detail === 0) return;
  const here = current;
  window.setTimeout(() => {
    if (current === here && here < questions.length - 1) show(here + 1);
  }, 250);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !/^[0-5]$/.test(event.key)) return;
  const inside = document.activeElement?.closest(".question");
  const question = inside ?? questions.find((each) => !each.querySelector("input:checked")) ?? questions[0];
  const input = question.querySelector(`input[value="${event.key}"]`);
  if (!input) return;
  event.preventDefault();
  input.checked = true;
  const following = questions[questions.indexOf(question) + 1];
  if (narrow.matches) {
    show(questions.indexOf(question) + 1);
  } else if (following) {
    (following.querySelector("input:checked") ?? following.querySelector("input")).focus();
  } else {
    form.querySelector("button[type=submit]").focus();
  }
});
