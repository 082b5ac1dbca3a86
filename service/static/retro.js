// A board that moves by itself. Without this every step is a plain page with forms, reloaded to see moves.
// What is written stays in the page until the server has said that it is stored.

import { arrange, startGrouping } from "./retro-grouping.js";
import { send, tell } from "./retro-send.js";
import { startVoting } from "./retro-voting.js";
import { startWording } from "./retro-wording.js";

const retro = document.getElementById("retro");
const words = retro.dataset;
let newest = null;
let lost = false;
let refreshing = null;
let drawing = Promise.resolve();

function start() {
  retro.classList.add("scripted");
  startGrouping(retro, () => newest);
  startVoting(retro);
  startWording(retro);
  if (newest) show(newest);
  tick();
}

// --- Being told -----------------------------------------------------------------------------------------

function connect() {
  const source = new EventSource(`${words.address}/live`);
  source.addEventListener("open", () => {
    if (lost) tell(words.back);
    lost = false;
    retro.classList.remove("offline");
  });
  source.addEventListener("board", (event) => hear(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    if (!lost) tell(words.lost, true);
    lost = true;
    retro.classList.add("offline");
    if (source.readyState === EventSource.CLOSED) window.setTimeout(connect, 3000);
  });
}

function hear(news) {
  const before = newest;
  newest = news;
  if (anotherPage()) {
    redraw();
    return;
  }
  show(news);
  const shownRevision = before ? before.revision : Number(words.revision);
  const lead = before && (before.facilitator_id !== news.facilitator_id || before.can_take_over !== news.can_take_over);
  const changed = news.revision !== shownRevision && news.phase !== "group";
  if (lead || changed) refreshSoon();
}

function show(news) {
  const here = document.getElementById("here");
  if (here && news.here.length) here.textContent = news.here.join(", ");
  const clock = document.getElementById("clock");
  if (clock) {
    if (news.ends) clock.dataset.ends = news.ends;
    else delete clock.dataset.ends;
    tick();
  }
  if (news.phase === "group") arrange(retro, news);
  for (const topic of retro.querySelectorAll("[data-topic]")) {
    const current = topic.dataset.topic === news.discussing;
    topic.classList.toggle("current", current);
    topic.toggleAttribute("aria-current", current);
    if (current) topic.setAttribute("aria-current", "true");
  }
  const follows = retro.querySelector("[data-step] input[name=topic]");
  if (follows) follows.value = news.discussing ?? "";
}

// --- The page as the server draws it ----------------------------------------------------------------------

async function fetchPage() {
  const response = await fetch(words.address, { headers: { accept: "text/html" } });
  if (!response.ok || response.redirected) throw new Error("not shown");
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

function anotherPage() {
  return Boolean(newest) && (newest.phase !== words.phase || newest.names !== words.names);
}

// One page at a time is asked for and drawn: of two that were under way together the older could be drawn
// last, and what it does not show yet would stay away until somebody moves again.
function redraw() {
  drawing = drawing.then(() => (anotherPage() ? turnPage() : refresh()));
  return drawing;
}

function refreshSoon() {
  window.clearTimeout(refreshing);
  refreshing = window.setTimeout(redraw, 120);
}

// Replaces the parts that others may have changed, and leaves alone what somebody is typing in.
async function refresh() {
  try {
    const page = await fetchPage();
    const drawn = page.getElementById("retro");
    if (drawn.dataset.phase !== words.phase) return await turnPage(page);
    for (const region of retro.querySelectorAll("[data-region]")) {
      const fresh = page.querySelector(`[data-region="${region.dataset.region}"]`);
      const active = document.activeElement;
      const typing = region.contains(active) && active.matches("textarea, input[type=text]");
      if (fresh && !typing) keepFocus(region, () => region.replaceChildren(...fresh.childNodes));
    }
    const head = retro.querySelector(".facilitator, .no-facilitator");
    const freshHead = page.querySelector(".retro-head");
    if (Boolean(head) !== Boolean(freshHead.querySelector(".facilitator"))) replaceHead(freshHead);
    const over = document.getElementById("take-over");
    if (over) over.hidden = page.getElementById("take-over").hidden;
    startWording(retro);
    if (newest) show(newest);
  } catch {
    // The next news brings it; what is on the page stays.
  }
}

async function turnPage(given) {
  try {
    const page = given ?? (await fetchPage());
    const drawn = page.getElementById("retro");
    if (drawn.dataset.phase === "closed") {
      window.location.reload();
      return;
    }
    const unsent = [...retro.querySelectorAll("form[data-draft] textarea, form[data-step] input[name=text]")]
      .map((field) => field.value.trim())
      .filter(Boolean);
    replaceHead(page.querySelector(".retro-head"));
    document.getElementById("board").replaceChildren(...page.getElementById("board").childNodes);
    Object.assign(words, drawn.dataset);
    for (const text of unsent) keepUnsent(text);
    start();
    tell(words.new);
    document.querySelector(".retro-head h1").scrollIntoView({ block: "nearest" });
  } catch {
    window.setTimeout(redraw, 1500);
  }
}

function replaceHead(fresh) {
  retro.querySelector(".retro-head").replaceWith(fresh);
  if (newest) show(newest);
  tick();
}

function keepUnsent(text) {
  const kept = document.createElement("p");
  kept.className = "notice attention";
  kept.textContent = `${words.unsent} ${text}`;
  document.getElementById("board").prepend(kept);
}

function keepFocus(region, change) {
  const active = region.contains(document.activeElement) ? document.activeElement : null;
  const place = active ? [...region.querySelectorAll("a, button, input, summary")].indexOf(active) : -1;
  change();
  if (place >= 0) region.querySelectorAll("a, button, input, summary")[place]?.focus();
}

// --- Sending ----------------------------------------------------------------------------------------------

retro.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.action.endsWith("/join") || form.id === "moving" || form.id === "votes") return;
  event.preventDefault();
  const field = form.querySelector("textarea, input[type=text]");
  const sent = field?.value ?? "";
  const answer = await send(form, event.submitter, words);
  const error = form.querySelector(".error");
  if (answer.error) {
    if (error) {
      error.textContent = answer.error;
      error.hidden = false;
    } else {
      tell(answer.error, true);
    }
    return;
  }
  if (error) error.hidden = true;
  if (form.matches("[data-draft], [data-step]") && field.value === sent) {
    field.value = "";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  }
  if (document.activeElement && form.closest("details")) document.activeElement.blur();
  if (words.phase !== "group") redraw();
});

// Control and Enter adds a card without leaving the keyboard.
retro.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

// --- The clock ----------------------------------------------------------------------------------------------

function tick() {
  const clock = document.getElementById("clock");
  if (!clock || clock.dataset.live !== "1") return;
  if (!clock.dataset.ends) {
    clock.textContent = "";
    return;
  }
  const left = Math.round((new Date(clock.dataset.ends) - Date.now()) / 1000);
  if (left > 86400 || left < -86400) return; // another time is pretended here; the server's words stay
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  const text = left > 0 ? words.left.replace("{time}", time) : words.timeUp;
  if (clock.textContent !== text) clock.textContent = text;
}

window.setInterval(tick, 1000);
start();
connect();
