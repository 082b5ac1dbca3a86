// Sending a form of a board. When the connection fails the form waits and is sent again; every form of a
// board may arrive twice without doing anything twice.

const WAITS = [500, 1000, 2000, 4000];
const MOST = 5; // times a server that failed is asked again; one that is away, or its database, for ever
const AWAY = 503;

export async function send(form, submitter, words) {
  const body = new URLSearchParams(new FormData(form, submitter));
  const buttons = [...form.querySelectorAll("button")];
  buttons.forEach((button) => button.setAttribute("aria-disabled", "true"));
  try {
    for (let attempt = 0; ; attempt += 1) {
      try {
        const response = await fetch(form.action, {
          method: "POST",
          headers: { accept: "application/json" },
          body,
        });
        if (response.ok) return await response.json();
        if (response.status === AWAY || (response.status >= 500 && attempt < MOST)) throw new Error("away");
        return { error: (await response.json()).detail ?? words.failed };
      } catch (failure) {
        if (failure instanceof SyntaxError) return { error: words.failed };
        tell(words.lost, true);
        await pause(WAITS[Math.min(attempt, WAITS.length - 1)]);
      }
    }
  } finally {
    buttons.forEach((button) => button.removeAttribute("aria-disabled"));
  }
}

export function tell(text, attention = false) {
  const status = document.getElementById("status");
  if (!status) return;
  status.textContent = text;
  status.classList.toggle("attention", attention);
}

function pause(milliseconds) {
  return new Promise((resolve) => window.setTimeout(resolve, milliseconds));
}
