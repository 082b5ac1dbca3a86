// What forms cannot do by themselves: a modal that keeps the focus and closes with Escape, and a
// stream that starts at its newest message. Without this script every page still works.

const modal = document.querySelector("dialog.modal");
if (modal) {
  modal.removeAttribute("open"); // close() would tell the listener below
  modal.showModal();
  const wrong = modal.querySelector(".wrong input, .wrong select, .wrong textarea");
  (wrong ?? modal.querySelector("#modal-title")).focus();
  // Not `cancel`: a browser closes a dialog that nobody has touched yet without asking.
  modal.addEventListener("close", () => document.getElementById("close-modal").requestSubmit());
}

const newest = document.querySelector("[data-newest], .message.new") ?? document.querySelector(".message:last-of-type");
if (newest && !modal) newest.scrollIntoView({ block: "center" });

for (const menu of document.querySelectorAll("select[data-press-on-change]")) {
  const press = menu.parentElement.querySelector("button[name=press]");
  press.hidden = true;
  menu.addEventListener("change", () => menu.value && menu.form.requestSubmit(press));
}

// A second press while the first is under way would open the form twice.
for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", () => form.classList.add("busy"));
}

// Beside the messages there is room for the list of members; above them, on a phone, there is not.
const people = document.querySelector(".people-list");
if (people && matchMedia("(min-width: 761px)").matches) {
  people.open = true;
  const here = people.querySelector("[aria-current]");
  if (here) people.scrollTop = here.offsetTop - people.clientHeight / 2;
}
