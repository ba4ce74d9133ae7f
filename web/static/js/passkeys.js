// Makes, shows and shows again a passkey: asks our server for options, the device for an answer, and sends it back.
const WORDS = {
  NotAllowedError: "The passkey was not shown, or it took too long. Try again.",
  InvalidStateError: "This device holds a passkey of yours already.",
  SecurityError: "Passkeys do not work at this address: use http://localhost or the product's own name.",
};

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const described = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

async function post(url, token, body) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
  });
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(found.message || "That did not work. Load the page again.");
  return found;
}

async function made(options) {
  const credential = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: described(options.excludeCredentials),
    },
  });
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: {
      attestationObject: text(credential.response.attestationObject),
      clientDataJSON: text(credential.response.clientDataJSON),
    },
  };
}

async function shown(options) {
  const credential = await navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      allowCredentials: described(options.allowCredentials),
    },
  });
  const { response } = credential;
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: {
      authenticatorData: text(response.authenticatorData),
      clientDataJSON: text(response.clientDataJSON),
      signature: text(response.signature),
      userHandle: response.userHandle ? text(response.userHandle) : null,
    },
  };
}

async function go(box) {
  const { options: url, answer, token } = box.dataset;
  const password = box.querySelector("[data-passkey-password]");
  const { id, options } = await post(url, token, password ? { password: password.value } : {});
  if (password) password.value = "";
  const credential = box.dataset.passkey === "new" ? await made(options) : await shown(options);
  const name = box.querySelector("[data-passkey-name]")?.value ?? "";
  const found = await post(answer, token, { id, credential, name });
  if (box.dataset.passkey === "step-up") {
    const form = box.closest("form");
    form.querySelector('[name="step_up"]').value = found.id;
    form.submit();
    return;
  }
  window.location.assign(found.location);
}

for (const box of document.querySelectorAll("[data-passkey]")) {
  const start = box.querySelector("[data-passkey-start]");
  const error = box.querySelector("[data-passkey-error]");
  if (!window.PublicKeyCredential) {
    start.disabled = true;
    continue;
  }
  start.addEventListener("click", () => {
    start.disabled = true;
    error.hidden = true;
    go(box)
      .catch((problem) => {
        error.textContent = WORDS[problem.name] || problem.message;
        error.hidden = false;
      })
      .finally(() => { start.disabled = false; });
  });
}
