package org.instructgpt.web;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;

/// Explains in terms of `--host` and `--port` why a site cannot listen there.
public final class ListenError {
  private ListenError() {}

  /// Checks, before anything else is done, whether a server can listen there.
  ///
  /// @throws IllegalArgumentException when it cannot
  public static void check(String host, int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true); // as the server does: a port that was just released may be used
      socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
    } catch (IOException failure) {
      throw explained(new IllegalStateException(failure), host, port);
    }
  }

  /// A failure to listen with an explanation; any other failure unchanged.
  static RuntimeException explained(RuntimeException failure, String host, int port) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      switch (cause) {
        case UnknownHostException _ -> {
          return wrong("--host: expected an address of this machine, found " + host, failure);
        }
        case UnresolvedAddressException _ -> {
          return wrong("--host: expected an address of this machine, found " + host, failure);
        }
        case SocketException refused -> {
          return wrong(reason(refused, host, port), failure);
        }
        default -> {}
      }
    }
    return failure;
  }

  private static String reason(SocketException refused, String host, int port) {
    String said = String.valueOf(refused.getMessage());
    if (said.contains("ermission denied")) {
      return "--port: expected a port that this user may listen on, found "
          + port
          + "; ports below 1024 are for the system: take 8080 and put a proxy in front";
    }
    if (refused instanceof BindException && said.contains("in use")) {
      return "--port: expected a free port, found that %d of %s is in use by another program; give another one, or 0 for any free one"
          .formatted(port, host);
    }
    return "--host: expected an address of this machine, found %s (%s)".formatted(host, said);
  }

  private static IllegalArgumentException wrong(String message, RuntimeException failure) {
    return new IllegalArgumentException(message, failure);
  }
}
