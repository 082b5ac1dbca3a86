// A mailbox in the writer's browser. The secret is made here, stands in the fragment of the link, and leaves
// this page only in the body of a request without cookies. Nothing is kept in the browser's storage.

import { prepare } from "./words.js";

const page = document.querySelector(".mailbox");
const says = JSON.parse(page.dataset.says);
const form = page.querySelector("form");
const part = (name) => page.querySelector(`[data-${name}]`);
const mine = /^#[\w-]{43}$/.test(location.hash) ? location.hash.slice(1) : null;

part("no-script").hidden = true;
if ("mailbox" in page.dataset) openMailbox();
else form.hidden = false;

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  const fields = Object.fromEntries(new FormData(form));
  const token = mine ?? newSecret();
  const reply = await ask(form.dataset.send, { ...fields, token });
  button.disabled = false;
  if (!reply) return;
  if (mine) {
    form.reset();
    show(reply);
  } else {
    showLink(token);
  }
});

async function openMailbox() {
  if (!mine) return refuse(says.no_link);
  const reply = await ask("/mailbox/open", { token: mine });
  if (reply) show(reply);
}

function newSecret() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
}

async function ask(path, body) {
  part("refused").hidden = true;
  try {
    const response = await fetch(path, {
      method: "POST",
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const reply = await response.json();
    if (response.ok) return reply;
    refuse(reply.said);
  } catch {
    refuse(says.failed);
  }
  return null;
}

function refuse(sentence) {
  part("refused").textContent = sentence;
  part("refused").hidden = false;
}

function showLink(token) {
  const link = new URL("/mailbox", location.href);
  link.hash = token;
  form.reset();
  form.hidden = true;
  part("made").hidden = false;
  page.querySelector("#link").value = link.href;
  part("open").href = link.href;
  part("made").querySelector("h2").focus();
  part("copy").addEventListener("click", async () => {
    page.querySelector("#link").select();
    await navigator.clipboard?.writeText(link.href);
    part("copied").textContent = says.copied;
  });
}

function show(thread) {
  part("about").textContent = thread.about;
  part("state").textContent = thread.state;
  form.hidden = thread.closed;
  part("messages").replaceChildren(...thread.messages.map(entry));
}

function entry({ mine: own, head, words }) {
  const item = document.createElement("li");
  item.className = own ? "" : "other";
  for (const [kind, text] of [["small muted", head], ["saying", words]]) {
    const line = document.createElement("p");
    line.className = kind;
    line.textContent = text;
    item.append(line);
  }
  return item;
}

prepare(form);
