// Passkeys (WebAuthn). In a browser without them, or without this script, the forms stay hidden.

const isSupported = window.PublicKeyCredential?.parseRequestOptionsFromJSON;

const createCredential = async () => {
  const { publicKey } = JSON.parse(document.getElementById("passkey-options").textContent);
  return navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) });
};

const getCredential = async (form) => {
  const response = await fetch(form.action, { headers: { Accept: "application/json" } });
  const { publicKey } = await response.json();
  return navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
};

for (const hint of document.querySelectorAll("[data-passkey-unsupported]")) hint.hidden = Boolean(isSupported);

for (const form of document.querySelectorAll("[data-passkey]")) {
  form.hidden = !isSupported;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const errorElement = form.querySelector("[data-error]");
    errorElement.hidden = true;
    try {
      const credential = await (form.dataset.passkey === "create" ? createCredential() : getCredential(form));
      form.elements.credential.value = JSON.stringify(credential);
      form.submit();
    } catch {
      errorElement.hidden = false; // cancelled, or no matching passkey
    }
  });
}
