"""Headers of the Hugging Face wire for pages in browsers: huggingface.js and transformers.js."""

EXPOSED = (
    "X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,Content-Range,"
    "X-Linked-Size,X-Linked-ETag,X-Xet-Hash,Retry-After,X-HF-Warning"
)
"""Headers that a browser shows to them."""

PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
    "Access-Control-Allow-Headers": (
        "authorization, range, accept, content-type, cache-control, if-none-match, if-range, user-agent, "
        "x-amzn-trace-id, x-hf-download-counter"
    ),
    "Access-Control-Max-Age": "86400",
}
