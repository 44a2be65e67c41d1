/// All pages of the studio and its HTTP API: where labelers work, researchers look, and customers
/// ask the models.
///
/// [LabelArea] is the labelers' and the researchers' pages over `label`, [Playground] the
/// customers' over `serve`, [StudioAreas] both together over one workspace.
@NullMarked
package org.instructgpt.studio;

import org.jspecify.annotations.NullMarked;
