// A note in the margin of a draft that speaks of a person's fault. The draft is read in the server's memory
// and kept nowhere; the note never holds anything up.

const A_PAUSE = 700; // milliseconds without a key

export function startWording(retro) {
  const address = `${retro.dataset.address}/wording`;
  for (const field of retro.querySelectorAll("textarea[data-wording]")) {
    if (field.dataset.ready) continue;
    field.dataset.ready = "yes";
    let pause = null;
    field.addEventListener("input", () => {
      window.clearTimeout(pause);
      pause = window.setTimeout(() => look(field, address), A_PAUSE);
    });
  }
}

async function look(field, address) {
  const note = field.form.querySelector(".margin-note");
  const draft = field.value.trim();
  if (!draft) {
    note.hidden = true;
    return;
  }
  const body = new URLSearchParams({ text: draft, form_token: field.form.elements.form_token.value });
  try {
    const response = await fetch(address, { method: "POST", headers: { accept: "application/json" }, body });
    if (!response.ok || field.value.trim() !== draft) return;
    const remark = await response.json();
    note.textContent = remark.note;
    note.hidden = !remark.note;
  } catch {
    note.hidden = true; // it can be written without
  }
}
