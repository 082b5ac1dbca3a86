// Putting cards together: by dragging, or by Move and choosing. The server says where each card lies;
// this only asks and draws. While somebody drags, the board holds still under their hand.

import { send, tell } from "./retro-send.js";

const A_MOMENT = 10_000; // milliseconds within which being overtaken is worth a word
const mine = new Map(); // card → the revision and time of my own last move
let dragged = null;
let inFlight = 0;
let waiting = null;

export function startGrouping(retro, newestNews) {
  const form = document.getElementById("moving");
  if (!form || form.dataset.ready) return;
  form.dataset.ready = "yes";
  const board = document.getElementById("board");
  const words = retro.dataset;

  async function move(card, onto) {
    const element = board.querySelector(`[data-card="${card}"]`);
    form.elements.card.value = card;
    form.elements.seen.value = element?.dataset.revision ?? "";
    const button = document.createElement("button");
    button.name = "onto";
    button.value = onto;
    button.hidden = true;
    form.append(button);
    inFlight += 1;
    const answer = await send(form, button, words);
    inFlight -= 1;
    button.remove();
    tell(answer.error ?? answer.words ?? "", Boolean(answer.error));
    if (answer.revision) mine.set(card, { revision: answer.revision, at: Date.now() });
    const news = newestNews();
    if (news?.phase === "group") arrange(retro, news);
  }

  function choose(card) {
    form.hidden = false;
    form.elements.card.value = card;
    form.dataset.moving = card;
    const inside = board.querySelector(`[data-card="${card}"]`).closest("[data-group]");
    for (const button of board.querySelectorAll(".put-here")) {
      const same = button.value === card || button.value === inside?.dataset.group;
      button.hidden = same || Boolean(button.closest("[data-group]") && button.closest("[data-card]"));
    }
    tell(words.choose);
    form.querySelector("button").focus();
  }

  function leave() {
    const card = form.dataset.moving;
    delete form.dataset.moving;
    form.hidden = true;
    for (const button of board.querySelectorAll(".put-here")) button.hidden = true;
    board.querySelector(`[data-card="${card}"] .move-link`)?.focus();
  }

  board.addEventListener("click", (event) => {
    const link = event.target.closest(".move-link");
    if (link) {
      event.preventDefault();
      choose(link.closest("[data-card]").dataset.card);
    } else if (event.target.closest(".cancel-move")) {
      event.preventDefault();
      tell("");
      leave();
    }
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const card = form.dataset.moving ?? form.elements.card.value;
    const onto = event.submitter.value;
    leave();
    await move(card, onto);
    board.querySelector(`[data-card="${card}"] .move-link`)?.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (!form.dataset.moving) return;
    if (event.key === "Escape") {
      tell("");
      leave();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const places = [form.querySelector("button"), ...board.querySelectorAll(".put-here:not([hidden])")];
      const here = places.indexOf(document.activeElement);
      const next = places[(here + (event.key === "ArrowDown" ? 1 : -1) + places.length) % places.length];
      event.preventDefault();
      next.focus();
    }
  });

  board.addEventListener("change", (event) => {
    if (event.target.matches(".group-name input")) event.target.form.requestSubmit();
  });

  board.addEventListener("dragstart", (event) => {
    const card = event.target.closest?.("[data-card]");
    if (!card) return;
    dragged = card;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.card);
    card.classList.add("dragged");
  });
  board.addEventListener("dragover", (event) => {
    const place = dragged && placeUnder(event.target);
    mark(place);
    if (place) event.preventDefault();
  });
  board.addEventListener("drop", (event) => {
    const place = dragged && placeUnder(event.target);
    if (!place) return;
    event.preventDefault();
    move(dragged.dataset.card, place.dataset.group ?? place.dataset.card ?? "alone");
  });
  board.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged");
    dragged = null;
    mark(null);
    if (waiting) arrange(retro, waiting);
  });

  // A group before the cards in it; on empty ground a card that leaves its group stands alone.
  function placeUnder(target) {
    const group = target.closest("[data-group]");
    if (group) return group.contains(dragged) ? null : group;
    const card = target.closest("[data-card]");
    if (card) return card === dragged ? null : card;
    return dragged.closest("[data-group]") ? target.closest("[data-column], .grouping") : null;
  }

  function mark(place) {
    for (const marked of board.querySelectorAll(".drop-here")) {
      if (marked !== place) marked.classList.remove("drop-here");
    }
    place?.classList.add("drop-here");
  }
}

export function arrange(retro, news) {
  if (dragged) {
    waiting = news;
    return;
  }
  waiting = null;
  const cards = [...news.cards].sort((one, other) => (one[0] < other[0] ? -1 : 1));
  tellOvertaken(retro, cards);
  const groups = new Map(news.groups.map(([id, part, name]) => [id, drawGroup(retro, id, part, name)]));
  const drawn = new Map([...retro.querySelectorAll("#board [data-card]")].map((one) => [one.dataset.card, one]));
  const columns = new Map([...retro.querySelectorAll("[data-topics]")].map((one) => [one.dataset.topics, { place: one, wanted: new Set() }]));
  const inside = new Map([...groups.values()].map((one) => [one.querySelector(".group-cards"), []]));
  for (const [id, group, revision] of cards) {
    const card = drawn.get(id);
    if (!card) continue;
    card.dataset.revision = revision;
    const home = group && groups.get(group);
    if (home) inside.get(home.querySelector(".group-cards")).push(card);
    columns.get((home ?? card).dataset.part).wanted.add(home ?? card);
  }
  const focused = document.activeElement;
  for (const [place, wanted] of inside) settle(place, wanted);
  for (const { place, wanted } of columns.values()) settle(place, [...wanted]);
  for (const group of retro.querySelectorAll("#board [data-group]")) {
    if (!groups.has(group.dataset.group)) group.remove();
  }
  if (focused?.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
}

function settle(place, wanted) {
  wanted.forEach((element, position) => {
    if (place.children[position] !== element) place.insertBefore(element, place.children[position] ?? null);
  });
}

function drawGroup(retro, id, part, name) {
  let group = retro.querySelector(`#board [data-group="${id}"]`);
  if (!group) {
    const holder = document.createElement("template");
    const pattern = document.getElementById("group-template");
    holder.innerHTML = pattern.innerHTML.replaceAll("GROUP", id).replaceAll("PART", part);
    group = holder.content.firstElementChild;
    retro.querySelector(`[data-topics="${part}"]`).append(group);
  }
  const input = group.querySelector("input[name=name]");
  if (input && input !== document.activeElement) input.value = name;
  return group;
}

function tellOvertaken(retro, cards) {
  if (inFlight) return;
  for (const [id, , revision] of cards) {
    const move = mine.get(id);
    if (!move) continue;
    if (Date.now() - move.at > A_MOMENT) mine.delete(id);
    else if (revision > move.revision) {
      mine.delete(id);
      tell(retro.dataset.movedAway, true);
    }
  }
}
