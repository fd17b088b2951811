// Return all that the page says.
() => (document.body ? document.body.innerText || "" : "").slice(0, 2000000)
