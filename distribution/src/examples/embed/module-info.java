module org.example.embed {
  requires io.shoal.runtime;
}
