package org.instructgpt.app;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.instructgpt.cluster.RankPlace;

/// Several processes of this program on this machine, each a rank of the same command. They share
/// the processors; the first one speaks.
///
/// @param count of processes
/// @param program the class that runs it
/// @param arguments of the program
record RankProcesses(int count, String program, List<String> arguments) {
  private static final Duration LOOK = Duration.ofMillis(200);

  /// How long ranks may take to notice that one of them ended.
  private static final Duration FAREWELL = Duration.ofSeconds(60);

  /// Runs them to their end. If one fails, the others end as well.
  ///
  /// @return the first exit status that is not 0, or 0
  int run(StopSignals stop) throws IOException, InterruptedException {
    var flag = stop.heed();
    var place = new RankPlace(0, count, 0, "localhost", freePort());
    var processes = new ArrayList<Process>();
    try {
      for (int rank = 0; rank < count; rank++) {
        processes.add(start(place.as(rank)));
      }
      boolean told = false;
      while (processes.stream().allMatch(RankProcesses::goesWell)
          && processes.stream().anyMatch(Process::isAlive)) {
        Thread.sleep(LOOK);
        if (flag.requested() && !told) {
          processes.forEach(Process::destroy); // they save, and end
          told = true;
        }
      }
      int status =
          processes.stream()
              .filter(process -> !goesWell(process))
              .mapToInt(Process::exitValue)
              .findFirst()
              .orElse(0);
      for (var process : processes) {
        boolean _ = process.waitFor(FAREWELL.toSeconds(), TimeUnit.SECONDS);
      }
      return status;
    } finally {
      processes.forEach(Process::destroyForcibly);
    }
  }

  private static boolean goesWell(Process process) {
    return process.isAlive() || process.exitValue() == 0;
  }

  private Process start(RankPlace place) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(program);
    command.addAll(arguments);
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.redirectInput(new File("/dev/null"));
    builder.redirectOutput(
        place.rank() == 0 ? ProcessBuilder.Redirect.INHERIT : ProcessBuilder.Redirect.DISCARD);
    var environment = builder.environment();
    place
        .environment()
        .forEach(entry -> {
          var parts = entry.split("=", 2);
          environment.put(parts[0], parts[1]);
        });
    int processors = Runtime.getRuntime().availableProcessors();
    environment.putIfAbsent(
        "TORCH_CPP_LOG_LEVEL", "ERROR"); // no stack of the library's at each try
    environment.putIfAbsent("OMP_NUM_THREADS", String.valueOf(Math.max(1, processors / count)));
    return builder.start();
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
      return socket.getLocalPort();
    }
  }
}
