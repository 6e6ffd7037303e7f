// The page of examples/serve: notes by fetch, ticks by server-sent events, an echo by a WebSocket.
const list = document.getElementById("notes");

async function show() {
  const notes = await (await fetch("/api/notes")).json();
  list.replaceChildren(...notes.map(({ text }) => Object.assign(document.createElement("li"), { textContent: text })));
}

document.getElementById("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const input = document.getElementById("text");
  await fetch("/api/notes", { method: "POST", body: input.value });
  input.value = "";
  await show();
});

new EventSource("/api/ticks").addEventListener("tick", (event) => {
  document.getElementById("ticks").textContent = event.data;
});

const socket = new WebSocket(`ws://${location.host}/api/echo`);
socket.onopen = () => socket.send("hello from the page");
socket.onmessage = (event) => { document.getElementById("echo").textContent = event.data; };

show();
