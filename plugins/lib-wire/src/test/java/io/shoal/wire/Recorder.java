package io.shoal.wire;

import io.shoal.api.Availability;
import io.shoal.api.ChunkRequest;
import io.shoal.api.Cid;
import io.shoal.api.Refusal;
import java.util.ArrayList;
import java.util.List;

/// Notes what a machine or a reader causes.
final class Recorder implements ConnectionEvents, FrameReader.Sink {
  final List<Frame> sent = new ArrayList<>();
  final List<Frame> read = new ArrayList<>();
  final List<String> events = new ArrayList<>();
  final List<Availability> updates = new ArrayList<>();
  final List<Integer> requests = new ArrayList<>();
  long chunkBytes;

  @Override
  public void frame(Frame frame) {
    read.add(frame);
  }

  @Override
  public void chunkBytes(int index, int sizeBytes) {
    chunkBytes += sizeBytes;
  }

  @Override
  public void send(Frame frame) {
    sent.add(frame);
  }

  @Override
  public void greeted(Frame.Hello hello) {
    events.add("greeted");
  }

  @Override
  public void answered(int id, int sizeBytes) {
    events.add("answered " + id + " " + sizeBytes);
  }

  @Override
  public void arriving(int id) {
    events.add("arriving " + id);
  }

  @Override
  public void ended(int id) {
    events.add("ended " + id);
  }

  @Override
  public void refused(int id, Refusal reason) {
    events.add("refused " + id + " " + reason);
  }

  @Override
  public void requested(int id, ChunkRequest request, int creditBytes) {
    requests.add(id);
    events.add("requested " + id + " " + creditBytes);
  }

  @Override
  public void credited(int id, int sizeBytes) {
    events.add("credited " + id + " " + sizeBytes);
  }

  @Override
  public void takenBack(int id) {
    events.add("takenBack " + id);
  }

  @Override
  public void watched(int id, Cid root) {
    events.add("watched " + id);
  }

  @Override
  public void unwatched(int id) {
    events.add("unwatched " + id);
  }

  @Override
  public void updated(int id, Availability update) {
    updates.add(update);
  }

  @Override
  public void message(int type, byte[] bytes) {
    events.add("message " + type + " " + bytes.length);
  }

  @Override
  public void taken(int count) {
    events.add("taken " + count);
  }

  @Override
  public void pong(long token) {
    events.add("pong " + token);
  }

  @Override
  public void goodbye(GoodbyeCode code, String text) {
    events.add("goodbye " + code + " " + text);
  }
}
