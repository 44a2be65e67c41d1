/// What every page of the studio stands on: accounts and invitations, sessions, roles, languages,
/// limits, the audit log, health.
///
/// A module that has pages gives the [Site] an [SiteArea]: its [Route]s, each with the [Account]s
/// that may use it, its links, texts and assets. A route's handler sees one [Exchange]. What is not
/// listed in an area does not exist; what is refused is a [ApiError].
@NullMarked
package org.instructgpt.web;

import org.jspecify.annotations.NullMarked;
