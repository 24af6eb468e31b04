// Starts Swagger UI. Trying things out uses the login of the pages, so writes carry the CSRF token of its cookie.
"use strict";

(() => {
  const place = document.getElementById("swagger");
  if (!place || !window.SwaggerUIBundle) return;

  const csrfToken = () => {
    const name = `${place.dataset.csrfCookie}=`;
    const cookie = document.cookie.split("; ").find((one) => one.startsWith(name));
    return cookie ? decodeURIComponent(cookie.slice(name.length)) : "";
  };

  window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    presets: [window.SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
    deepLinking: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    validatorUrl: null,
    requestInterceptor: (request) => {
      if (!["GET", "HEAD"].includes((request.method || "GET").toUpperCase())) {
        request.headers["X-CSRFToken"] = csrfToken();
      }
      return request;
    },
  });
})();
