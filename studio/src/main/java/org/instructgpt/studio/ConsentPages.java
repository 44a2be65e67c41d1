package org.instructgpt.studio;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.instructgpt.collect.Intake.Consent;
import org.instructgpt.web.ApiError;
import org.instructgpt.web.Exchange;

/// The consent notice of the playground, as a page and in the HTTP API: showing, accepting and
/// withdrawing it.
final class ConsentPages {
  private final PlaygroundServices services;
  private final Consents consents;

  ConsentPages(PlaygroundServices services) {
    this.services = services;
    this.consents =
        new Consents(
            services.store(), services.intake(), services.audit(), services.consequences());
  }

  /// The consent of the account, if it covers the notice of now.
  Optional<Consent> consent(Exchange exchange) {
    return services.intake().consent(exchange.account().id()).filter(notice()::isCoveredBy);
  }

  private ConsentNotice notice() {
    return ConsentNotice.of(services.engine().models());
  }

  void show(Exchange exchange) {
    var notice = notice();
    var consent = consent(exchange);
    exchange.page(
        "notice.title",
        "notice",
        Map.of(
            "version", notice.version(),
            "kinds", notice.kinds(),
            "accepted", consent.isPresent(),
            "since", consent.map(Consent::at),
            "terms", services.intake().terms(exchange.account().id()),
            "withdrawn", consents.withdrawn(exchange.account().id())));
  }

  void accept(Exchange exchange) {
    if (exchange.field("accept").isEmpty()) {
      throw ApiError.invalid("accept", "refusal.accept");
    }
    accept(exchange, exchange.form("version"));
    exchange.redirect("/playground", "notice.thanks");
  }

  void withdraw(Exchange exchange) {
    consents.withdraw(exchange.account().id(), exchange.account().id(), exchange.now());
    exchange.redirect("/playground/notice", "consent.withdrawn.done");
  }

  /// The notice as a program shows it to its users.
  private record NoticeText(String version, boolean accepted, List<String> text) {}

  /// What a program sends when its user accepts a version of the notice.
  private record Agreement(String version) {}

  void apiShow(Exchange exchange) {
    var text = new ArrayList<>(List.of(exchange.text("notice.lede")));
    for (int i = 1; i <= ConsentNotice.POINTS; i++) {
      text.add(exchange.text("notice." + i + ".title") + " " + exchange.text("notice." + i));
    }
    exchange.answer(new NoticeText(notice().version(), consent(exchange).isPresent(), text));
  }

  void apiAccept(Exchange exchange) {
    accept(exchange, exchange.json(Agreement.class).version());
    apiShow(exchange);
  }

  void apiWithdraw(Exchange exchange) {
    var account = exchange.account().id();
    exchange.answer(consents.withdraw(account, account, exchange.now()));
  }

  private void accept(Exchange exchange, String version) {
    if (!version.equals(notice().version())) {
      throw ApiError.conflict("refusal.notice-changed");
    }
    consents.give(exchange.account().id(), version, exchange.now());
  }
}
