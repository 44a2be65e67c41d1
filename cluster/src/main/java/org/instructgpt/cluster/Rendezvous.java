package org.instructgpt.cluster;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.instructgpt.torch.NativeTensors;

/// How ranks find each other: rank 0 listens, the others come, and all make sure that they are the
/// ranks of one training before anything is computed.
///
/// Every fault is told on every rank that came: whoever finds it writes it down where all look
/// while they wait.
public final class Rendezvous {
  private static final String FAULT = "fault";
  private static final String ARRIVED = "arrived";
  private static final String AGREED = "agreed";
  private static final long PAUSE_MILLIS = 50;

  /// How often rank 0 looks whether the others have left, at most.
  private static final int FAREWELL_LOOKS = 20;

  private final RankPlace place;
  private final Duration patience;
  private final Store store;

  /// How often the others may still be looked for.
  private long looks;

  private Rendezvous(RankPlace place, Duration patience, Store store) {
    this.place = place;
    this.patience = patience;
    this.store = store;
    this.looks = patience.toMillis() / PAUSE_MILLIS;
  }

  /// Joins the others.
  ///
  /// @param facts what must be the same on all ranks, such as a hash of the recipe; name and value
  /// @param patience how long the others are waited for here
  /// @param stall how long they are waited for at every call of [Ranks]
  /// @throws IllegalArgumentException if the ranks do not come, are no ranks of one training, or
  ///   cannot reach each other: what was expected, what was found, and what to do
  public static Ranks join(
      RankPlace place, SequencedMap<String, String> facts, Duration patience, Duration stall) {
    NativeTensors.load();
    var store = meet(place, patience);
    var meeting = new Rendezvous(place, patience, store);
    try {
      meeting.arrive(facts);
      meeting.agree(facts);
      return meeting.group(stall);
    } catch (IllegalArgumentException refused) {
      meeting.leave();
      throw refused;
    }
  }

  // ---- The store ----

  private static Store meet(RankPlace place, Duration patience) {
    var host = address(place);
    if (place.rank() == 0) {
      checkPort(place, host);
    }
    var options = new TCPStoreOptions();
    options
        .port((short) place.port())
        .isServer(place.rank() == 0)
        .waitWorkers(false)
        .timeout(new Milliseconds(patience.toMillis() * 2 / 5)); // it tries a second time
    try {
      var store = Kept.forEver(new TCPStore(host.getHostAddress(), options));
      store.setTimeout(new Milliseconds(patience.toMillis()));
      return store;
    } catch (RuntimeException unreachable) {
      throw new IllegalArgumentException(
          "%s: rank 0 could not be reached at %s:%d within %d s: is it running, and are MASTER_ADDR and MASTER_PORT its machine and port? (%s)"
              .formatted(
                  place.name(),
                  place.address(),
                  place.port(),
                  patience.toSeconds(),
                  firstLine(unreachable)),
          unreachable);
    }
  }

  private static InetAddress address(RankPlace place) {
    try {
      return InetAddress.getByName(place.address());
    } catch (UnknownHostException unknown) {
      throw new IllegalArgumentException(
          "%s: MASTER_ADDR: expected the machine of rank 0, found '%s', which no name service knows"
              .formatted(place.name(), place.address()),
          unknown);
    }
  }

  private static void checkPort(RankPlace place, InetAddress host) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, place.port()));
    } catch (IOException taken) {
      throw new IllegalArgumentException(
          "%s: cannot listen at %s:%d, where the other ranks are to find it: %s. Is MASTER_ADDR this machine, and the port free? Another training needs another MASTER_PORT"
              .formatted(place.name(), place.address(), place.port(), taken.getMessage()),
          taken);
    }
  }

  // ---- Arriving ----

  private void arrive(Map<String, String> facts) {
    if (store.add("rank/" + place.rank(), 1) > 1) {
      throw fault(
          "two processes are rank %d: expected RANK to be different on each, 0 to %d"
              .formatted(place.rank(), place.count() - 1));
    }
    put("count/" + place.rank(), String.valueOf(place.count()));
    facts.forEach((name, value) -> put(fact(place.rank(), name), value));
    put("facts/" + place.rank(), String.join(", ", facts.keySet()));
    long _ = store.add(ARRIVED, 1);
    await(ARRIVED, "came");
  }

  /// Waits until all ranks have counted themselves.
  private void await(String counter, String what) {
    while (store.add(counter, 0) < place.count()) {
      refuseIfFaulty();
      if (looks-- == 0) {
        throw fault(
            "%d of %d ranks %s within %d s, missing: %s. Are all started, with the same MASTER_ADDR, MASTER_PORT and WORLD_SIZE?"
                .formatted(
                    store.add(counter, 0), place.count(), what, patience.toSeconds(), missing()));
      }
      pause();
    }
    refuseIfFaulty();
  }

  private String missing() {
    return IntStream.range(0, place.count())
        .filter(rank -> store.add("rank/" + rank, 0) == 0)
        .mapToObj(String::valueOf)
        .collect(Collectors.joining(", "));
  }

  // ---- Agreeing ----

  private void agree(Map<String, String> facts) {
    requireSame("the number of ranks (WORLD_SIZE)", get("count/0"), place.count() + "");
    requireSame("what the ranks agree on", get("facts/0"), String.join(", ", facts.keySet()));
    facts.forEach((name, value) -> requireSame(name, get(fact(0, name)), value));
    long _ = store.add(AGREED, 1);
    await(AGREED, "agreed");
  }

  private void requireSame(String what, String first, String ours) {
    if (!first.equals(ours)) {
      throw fault(
          "%s: rank 0 has %s, rank %d has %s: start all ranks with the same command, files and version"
              .formatted(what, first, place.rank(), ours));
    }
  }

  private static String fact(int rank, String name) {
    return "fact/%d/%s".formatted(rank, name);
  }

  /// Tells all ranks.
  private IllegalArgumentException fault(String message) {
    if (store.add("faults", 1) == 1) {
      put(FAULT, message);
    }
    return new IllegalArgumentException(place.name() + ": " + message);
  }

  private void refuseIfFaulty() {
    if (store.add("faults", 0) > 0) {
      throw new IllegalArgumentException(place.name() + ": " + get(FAULT));
    }
  }

  /// Rank 0 holds what the others read: it stays until they have read why all end.
  private void leave() {
    long left = store.add("left", 1);
    for (int i = 0; place.rank() == 0 && left < place.count() && i < FAREWELL_LOOKS; i++) {
      pause();
      left = store.add("left", 0);
    }
  }

  private void put(String key, String value) {
    store.set(key, value);
  }

  private String get(String key) {
    return store.get_to_str(key);
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
      throw new IllegalArgumentException("interrupted while waiting for the other ranks", stop);
    }
  }

  // ---- The group ----

  private Ranks group(Duration stall) {
    var options = Kept.forEver(new ProcessGroupGloo.Options(new Milliseconds(stall.toMillis())));
    options.devices().put(Kept.forEver(ProcessGroupGloo.createDeviceForHostname(ownAddress())));
    try {
      var own = Kept.forEver(new PrefixStore("gloo", store));
      var group = Kept.forEver(new ProcessGroupGloo(own, place.rank(), place.count(), options));
      return new C10dRanks(place, group, store, patience);
    } catch (RuntimeException unreachable) {
      throw new IllegalArgumentException(
          "%s: the ranks met, but could not connect to each other: %s. Do their machines reach each other at the addresses they have?"
              .formatted(place.name(), firstLine(unreachable)),
          unreachable);
    }
  }

  /// The address of this machine that reaches rank 0.
  private String ownAddress() {
    try (var socket = new DatagramSocket()) {
      socket.connect(new InetSocketAddress(address(place), place.port()));
      return socket.getLocalAddress().getHostAddress();
    } catch (SocketException none) {
      throw new IllegalArgumentException(
          "%s: no way from here to %s: %s"
              .formatted(place.name(), place.address(), none.getMessage()),
          none);
    }
  }

  static String firstLine(RuntimeException failed) {
    var text = String.valueOf(failed.getMessage());
    return text.lines().findFirst().orElse("").replaceFirst("^\\[[^\\]]*\\] ", "");
  }
}
