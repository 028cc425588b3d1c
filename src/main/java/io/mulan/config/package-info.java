/**
 * What a run is: records that check themselves, read from presets in the jar, YAML files and single
 * settings. Every error names the setting, what was found and what is allowed.
 */
package io.mulan.config;
