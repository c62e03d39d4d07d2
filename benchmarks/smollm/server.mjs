// A chat-completions server for one GGUF file: node server.mjs MODEL.gguf PORT
// Needs `npm install node-llama-cpp`, which brings llama.cpp built for this machine. For tests and benchmarks only:
// one request at a time, text in, text out, no tools.
import http from "node:http";
import {getLlama, LlamaChat} from "node-llama-cpp";

const [file, port] = process.argv.slice(2);
const WINDOW = 2048;
const llama = await getLlama({gpu: false, build: "never", logLevel: "error"});
const model = await llama.loadModel({modelPath: file});
const context = await model.createContext({contextSize: WINDOW, threads: 2});
const sequence = context.getSequence();
let queue = Promise.resolve();

function history(messages) {
    return messages.map(({role, content}) => {
        if (role === "assistant") return {type: "model", response: [content]};
        return {type: role === "system" ? "system" : "user", text: content};
    });
}

function refuse(response, status, message) {
    response.writeHead(status, {"Content-Type": "application/json"});
    response.end(JSON.stringify({error: {message, type: "invalid_request_error", code: status}}));
}

async function complete(body, response) {
    const text = body.messages.map((message) => message.content).join("\n");
    const tokensIn = model.tokenize(text).length + 8 * body.messages.length;
    if (tokensIn > WINDOW - 64) {
        return refuse(response, 400, `the request exceeds the available context size (${tokensIn} of ${WINDOW} tokens)`);
    }
    const chat = new LlamaChat({contextSequence: sequence});
    const stop = new AbortController();
    response.on("close", () => stop.abort());
    const base = {id: "c1", object: "chat.completion.chunk", created: 1, model: "smollm2-135m"};
    const send = (data) => response.write(`data: ${JSON.stringify({...base, ...data})}\n\n`);
    response.writeHead(200, {"Content-Type": "text/event-stream"});
    let tokensOut = 0, reason = "stop";
    try {
        const result = await chat.generateResponse([...history(body.messages), {type: "model", response: []}], {
            temperature: body.temperature ?? 0.8,
            seed: body.seed ?? 1,
            maxTokens: Math.min(body.max_tokens ?? 512, WINDOW - tokensIn - 16),
            signal: stop.signal,
            stopOnAbortSignal: true,
            onTextChunk: (content) => send({choices: [{index: 0, delta: {content}, finish_reason: null}]}),
            onToken: (tokens) => { tokensOut += tokens.length; },
        });
        if (result.metadata.stopReason === "maxTokens") reason = "length";
    } finally {
        chat.dispose({disposeSequence: false});
        await sequence.clearHistory();
    }
    send({choices: [{index: 0, delta: {}, finish_reason: reason}]});
    send({choices: [], usage: {prompt_tokens: tokensIn, completion_tokens: tokensOut}});
    response.end("data: [DONE]\n\n");
}

http.createServer((request, response) => {
    if (request.method === "GET") {
        response.writeHead(200, {"Content-Type": "application/json"});
        return response.end(JSON.stringify({object: "list", data: [{id: "smollm2-135m", object: "model"}]}));
    }
    let text = "";
    request.on("data", (piece) => { text += piece; });
    request.on("end", () => {
        queue = queue.then(() => complete(JSON.parse(text), response)).catch((error) => {
            console.error(error);
            response.end();
        });
    });
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));
