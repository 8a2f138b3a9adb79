//! A small HTTP server of a test's own, on a free port of the loopback interface.

use axum::Router;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use std::sync::OnceLock;
use tokio::runtime::Runtime;
use tokio::task::AbortHandle;

/// A server that runs until it is dropped.
pub struct Host {
    port: u16,
    serving: AbortHandle,
}

impl Host {
    /// Serves these routes.
    ///
    /// # Panics
    /// When there is no port to listen on.
    pub fn serve(router: Router) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port on loopback");
        listener.set_nonblocking(true).expect("a socket that does not block");
        let port = listener.local_addr().expect("a bound socket").port();
        let serving = runtime().spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
            axum::serve(listener, router).await
        });
        Self { port, serving: serving.abort_handle() }
    }

    /// Serves these routes to those who know the password; without one, to everybody.
    ///
    /// # Panics
    /// When there is no port to listen on.
    pub fn serve_behind(router: Router, password: Option<&'static str>) -> Self {
        let Some(password) = password else {
            return Self::serve(router);
        };
        let wanted = format!("Basic {}", BASE64_STANDARD.encode(format!("opencode:{password}")));
        Self::serve(router.layer(from_fn(move |request: Request, next: Next| {
            let said = request.headers().get(header::AUTHORIZATION);
            let knows = said.is_some_and(|said| said == wanted.as_str());
            async move { if knows { next.run(request).await } else { StatusCode::UNAUTHORIZED.into_response() } }
        })))
    }

    /// Its base URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// One runtime for all of them: a hundred runs side by side need no threads of their own.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
    })
}
