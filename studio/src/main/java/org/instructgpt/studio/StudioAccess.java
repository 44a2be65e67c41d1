package org.instructgpt.studio;

import org.instructgpt.web.Account.Role;
import org.instructgpt.web.Route.Access;

/// The groups of roles that may use the studio's pages.
final class StudioAccess {
  static final Access LABELERS = Access.only(Role.LABELER);

  /// Those who do tasks: labelers, and researchers, whose work is the standard that labelers are
  /// compared with.
  static final Access WORKERS = Access.only(Role.LABELER, Role.RESEARCHER);

  /// Researchers, and administrators, so that one person alone can see everything in a workspace.
  static final Access RESEARCHERS = Access.only(Role.RESEARCHER, Role.ADMIN);

  private StudioAccess() {}
}
