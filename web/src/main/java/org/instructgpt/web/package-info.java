/// The web site under the studio's pages: accounts and invitations, sessions, roles, languages,
/// rate limits, the audit log, health checks.
///
/// A module with pages gives the [Site] a [SiteArea]: its [Route]s, each with the roles that may
/// use it, its links, texts and assets. A route's handler gets one [Exchange]. What is not listed
/// in an area does not exist; a request that is refused gets an [ApiError].
@NullMarked
package org.instructgpt.web;

import org.jspecify.annotations.NullMarked;
