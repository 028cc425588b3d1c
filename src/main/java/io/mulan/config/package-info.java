/**
 * What a run is: records that check themselves, read from presets in the jar, YAML files and single
 * settings. Every error names the setting, what was found and what is allowed.
 *
 * <p>Part of the Java API as far as {@link io.mulan.run} names its types; otherwise internal.
 */
package io.mulan.config;
