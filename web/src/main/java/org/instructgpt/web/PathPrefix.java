package org.instructgpt.web;

import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/// Strips the path prefix of a site behind a proxy, where the proxy has not stripped it: both kinds
/// of proxies work, and so do requests to the server's own port.
final class PathPrefix extends Handler.Wrapper {
  private final String prefix;

  PathPrefix(String prefix) {
    this.prefix = prefix;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    HttpURI asked = request.getHttpURI();
    String path = asked.getPath();
    if (prefix.isEmpty()
        || path == null
        || !(path.equals(prefix) || path.startsWith(prefix + "/"))) {
      return super.handle(request, response, callback);
    }
    String rest = path.substring(prefix.length());
    HttpURI meant = HttpURI.build(asked).path(rest.isEmpty() ? "/" : rest).asImmutable();
    return super.handle(Request.serveAs(request, meant), response, callback);
  }
}
