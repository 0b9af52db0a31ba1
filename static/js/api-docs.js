// The documentation of the API: Swagger UI, on which endpoints are tried with a token.
// To get one, it opens the sign-in server in another window. That window comes back to a page of ours, which sends its
// query here by a channel: `window.opener` is empty there, because our pages are kept apart from windows of other sites
// (Cross-Origin-Opener-Policy).

const { swagger, sign_in: signIn } = JSON.parse(document.getElementById("configuration").textContent);
const ui = SwaggerUIBundle({ ...swagger, dom_id: "#swagger-ui", presets: [SwaggerUIBundle.presets.apis] });

// What Swagger UI's own redirect page does, of which ninja ships none.
function finishSignIn(query) {
  const pending = window.swaggerUIRedirectOauth2;
  const answer = new URLSearchParams(query);
  if (!pending || answer.get("state") !== pending.state) return; // another tab's
  delete window.swaggerUIRedirectOauth2;
  const { auth, redirectUrl, callback, errCb } = pending;
  if (answer.has("code")) {
    auth.code = answer.get("code");
    callback({ auth, redirectUrl });
  } else {
    const message = answer.get("error_description") ?? answer.get("error");
    errCb({ authId: auth.name, source: "auth", level: "error", message });
  }
}

if (signIn) {
  ui.initOAuth(signIn);
  new BroadcastChannel("api-docs").onmessage = ({ data }) => finishSignIn(data);
}
