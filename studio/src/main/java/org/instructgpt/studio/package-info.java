/// All pages of the studio and its HTTP API, for labelers, researchers and customers.
///
/// [LabelArea] holds the pages of labelers and researchers over `label`, [Playground] the
/// customers' over `serve`; [StudioAreas] is both together over one workspace.
@NullMarked
package org.instructgpt.studio;

import org.jspecify.annotations.NullMarked;
