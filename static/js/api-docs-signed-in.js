// The page to which the sign-in server redirects after a sign-in for the documentation of the API, in a window of its own.

new BroadcastChannel("api-docs").postMessage(location.search);
history.replaceState(null, "", location.pathname);
window.close(); // where a browser does not let a script do that, the page says what to do
