// What the package `openai` of npm must be able to do with the server whose address is the argument. It prints a line
// for each check, "ok" first or "failed".
import assert from "node:assert/strict";
import OpenAI from "openai";

const server = process.argv[2];
const client = new OpenAI({ baseURL: server + "/v1", apiKey: "none" });
const hello = { model: "sft", messages: [{ role: "user", content: "Hello" }], seed: 3, max_completion_tokens: 12 };
const ask = (more = {}) => client.chat.completions.create({ ...hello, ...more });
const text = (answer, place = 0) => answer.choices[place].message.content;

async function joined(stream) {
  const texts = [];
  let usage = null;
  for await (const chunk of stream) {
    for (const choice of chunk.choices) {
      texts[choice.index] = (texts[choice.index] ?? "") + (choice.delta.content ?? "");
    }
    usage = chunk.usage ?? usage;
  }
  return { texts, usage };
}

const checks = {
  async models() {
    const names = [];
    for await (const model of client.models.list()) names.push(model.id);
    assert.deepEqual(names.sort(), ["reward", "sft"]);
  },

  async chat() {
    const answer = await ask();
    assert.notEqual(text(answer).trim(), "");
    assert.equal(answer.choices[0].message.role, "assistant");
    assert.equal(answer.choices[0].finish_reason, "length");
    assert.equal(answer.usage.completion_tokens, 12);
    assert.match(answer._request_id, /^req_/);
  },

  async several() {
    const answer = await ask({ n: 3 });
    assert.deepEqual(answer.choices.map((choice) => choice.index), [0, 1, 2]);
    assert.equal(new Set(answer.choices.map((choice) => choice.message.content)).size, 3);
    assert.equal(answer.usage.completion_tokens, 36);
  },

  async stream() {
    const whole = await ask({ n: 2 });
    const stream = await ask({ n: 2, stream: true, stream_options: { include_usage: true } });
    const { texts, usage } = await joined(stream);
    assert.deepEqual(texts, [text(whole, 0), text(whole, 1)]);
    assert.deepEqual(usage, whole.usage);
    const final = await client.chat.completions.stream(hello).finalChatCompletion();
    assert.equal(text(final), text(await ask()));
  },

  async stop() {
    const whole = text(await ask());
    const stop = whole.slice(whole.length / 2, whole.length / 2 + 3);
    const before = whole.slice(0, whole.indexOf(stop)).trimEnd();
    const stopped = await ask({ stop: ["#", stop] });
    assert.equal(text(stopped), before);
    assert.equal(stopped.choices[0].finish_reason, "stop");
    assert.deepEqual((await joined(await ask({ stop, stream: true }))).texts, [before]);
  },

  async logprobs() {
    const answer = await ask({ logprobs: true, top_logprobs: 2, temperature: 0 });
    const tokens = answer.choices[0].logprobs.content;
    assert.equal(tokens.length, 12);
    for (const token of tokens) {
      assert.equal(token.top_logprobs.length, 2);
      assert.equal(token.top_logprobs[0].logprob, token.logprob); // the likeliest was taken
    }
    const bytes = tokens.flatMap((token) => token.bytes);
    assert.equal(new TextDecoder().decode(new Uint8Array(bytes)).trim(), text(answer));
    const plain = await client.completions.create({ model: "sft", prompt: "bab bad", echo: true, logprobs: 1 });
    assert.ok(plain.choices[0].text.startsWith("bab bad"));
    assert.equal(plain.choices[0].logprobs.token_logprobs[0], null);
  },

  async errors() {
    await assert.rejects(ask({ model: "nobody" }), (error) => {
      assert.ok(error instanceof OpenAI.NotFoundError, error);
      assert.equal(error.status, 404);
      assert.equal(error.code, "model_not_found");
      assert.equal(error.param, "model");
      assert.match(error.message, /there is no model 'nobody'/);
      return true;
    });
    await assert.rejects(ask({ temperature: 3, stream: true }), (error) => {
      assert.ok(error instanceof OpenAI.BadRequestError, error);
      assert.equal(error.param, "temperature");
      assert.match(error.requestID, /^req_/);
      return true;
    });
  },

  async cancel() {
    for (let i = 0; i < 10; i++) {
      const stream = await ask({ stream: true, n: 16, max_completion_tokens: 240, logit_bias: { 0: -100 } });
      let parts = 0;
      for await (const _ of stream) {
        if (++parts === 3) break; // closes the connection
      }
      assert.equal(parts, 3);
    }
    const gone = new AbortController();
    const whole = client.chat.completions.create(
      { ...hello, n: 16, max_completion_tokens: 240, logit_bias: { 0: -100 } }, { signal: gone.signal });
    gone.abort();
    await assert.rejects(whole, OpenAI.APIUserAbortError);
    let open = 0;
    for (let tries = 0; tries < 200 && open !== 1; tries++) {
      const metrics = await (await fetch(server + "/metrics")).text();
      open = Number(metrics.match(/^instructgpt_requests_under_way (\S+)$/m)[1]); // this request itself is one
      await new Promise((later) => setTimeout(later, 50));
    }
    assert.equal(open, 1, "requests of clients that went away");
  },
};

for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log("ok " + name);
  } catch (error) {
    console.log("failed " + name + ": " + (error.stack ?? error));
  }
}
