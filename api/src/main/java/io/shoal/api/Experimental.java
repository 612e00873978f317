package io.shoal.api;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks a part of the API that is still being tried out: any minor version may change or remove
/// it, so none of the rules for growth hold for it. Its documentation is a contract all the same,
/// for the version that it stands in.
///
/// A plugin that uses such a part says so in its manifest (`Plugin-Experimental: true`, or
/// `plugin.experimental=true` in its properties) and requires one minor version alone, as
/// `Plugin-Requires: ~1.2.0` does: the next one may not have the part. The node refuses a plugin
/// that provides an experimental kind of extension and does not say so, and an experimental type of
/// the API cannot be loaded by its classes.
///
/// On a type it covers all of its members; on a method or constructor, that one alone.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD, ElementType.CONSTRUCTOR})
public @interface Experimental {}
