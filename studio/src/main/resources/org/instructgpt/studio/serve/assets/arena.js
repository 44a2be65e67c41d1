// The arena: the answers of two models whose names the server tells after the vote.

import { announce, keep, say } from "./answers.js";
import { onAsk } from "./asking.js";

const prompt = document.getElementById("prompt");
const votes = document.getElementById("votes");
const voted = document.getElementById("voted");
let columns = [];

const models = ["A", "B"].map((model) => ({ model, stage: "", kind: "", continues: false, hidden: true }));

function show(text, good) {
  voted.textContent = text;
  voted.className = good ? "notice good" : "notice bad";
  voted.hidden = text === "";
}

onAsk(
  () => {
    votes.hidden = true;
    show("", true);
    return { body: { prompt: prompt.value }, models };
  },
  (ended) => {
    columns = ended;
    if (columns.some((each) => each.turn === undefined)) return;
    if (columns.every((each) => each.sound)) {
      votes.hidden = false;
      votes.scrollIntoView({ block: "nearest" });
      announce(document.getElementById("votes-title").textContent);
    } else {
      show(say("arena.no-vote"), false);
    }
  },
);

for (const button of votes.querySelectorAll("[data-vote]")) {
  button.addEventListener("click", async () => {
    const { vote } = button.dataset;
    const kept = await keep(`/arena/turns/${columns[0].turn}/vote`, { vote });
    if (!kept) return;
    columns.forEach((each, place) => each.reveal(kept.models[place]));
    votes.hidden = true;
    const names = kept.models.map((model) => model.name);
    show(`${say(`arena.voted.${vote}`)} ${say("arena.models", ...names)}`, true);
    voted.focus();
  });
}
