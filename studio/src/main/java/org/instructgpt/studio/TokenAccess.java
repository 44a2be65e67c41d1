package org.instructgpt.studio;

import java.util.Optional;
import java.util.OptionalInt;
import org.instructgpt.api.ApiAccess;
import org.instructgpt.collect.Intake;
import org.instructgpt.serve.ModelCatalog;
import org.instructgpt.web.Accounts;

/// Lets programs ask with the access tokens of accounts. What they ask may be kept where the
/// account has agreed to the notice of now, and is kept where a request says so.
///
/// @param requestsPerMinute the most of one account
record TokenAccess(Accounts accounts, Intake intake, ModelCatalog models, int requestsPerMinute)
    implements ApiAccess {
  @Override
  public Optional<Client> client(Optional<String> key) {
    return key.flatMap(accounts.credentials()::ofToken).map(account -> client(account.id()));
  }

  private Client client(String account) {
    var notice = ConsentNotice.of(models);
    var keeping =
        intake
            .consent(account)
            .filter(notice::isCoveredBy)
            .map(consent -> new Keeping(account, consent.notice(), false));
    return new Client(account, OptionalInt.of(requestsPerMinute), OptionalInt.empty(), keeping);
  }
}
