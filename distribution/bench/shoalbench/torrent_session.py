#!/usr/bin/python3
"""One libtorrent session, told what to do by lines of JSON on standard input; each is answered with a line of JSON.

Usage: torrent_session.py ADDRESS PORT
TCP alone, no DHT, no local discovery, no encryption: who has what is said by `fetch`; peer exchange on request.
"""
import json
import sys
import time

import libtorrent as lt

PATIENCE_SECONDS = 170


class Session:
    def __init__(self, address, port):
        self.handles = {}
        kinds = lt.alert.category_t
        self.session = lt.session({
            'listen_interfaces': '%s:%s' % (address, port),
            'enable_dht': False,
            'enable_lsd': False,
            'enable_upnp': False,
            'enable_natpmp': False,
            'enable_outgoing_utp': False,
            'enable_incoming_utp': False,
            'out_enc_policy': 2,
            'in_enc_policy': 2,
            'allow_multiple_connections_per_ip': True,
            'alert_mask': kinds.status_notification | kinds.error_notification,
        })

    def wait(self, done):
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            self.session.wait_for_alert(100)
            for alert in self.session.pop_alerts():
                if done(alert):
                    return
        raise TimeoutError('no end in %d s' % PATIENCE_SECONDS)

    def make(self, folder, name, torrent, piece_bytes=0):
        """Writes a torrent that has a version 2 infohash only, with the piece size that the library prefers."""
        files = lt.file_storage()
        lt.add_files(files, folder + '/' + name)
        made = lt.create_torrent(files, piece_bytes, flags=int(lt.create_torrent.v2_only))
        lt.set_piece_hashes(made, folder)
        with open(torrent, 'wb') as out:
            out.write(lt.bencode(made.generate()))
        return {}

    def add(self, torrent, folder, exchange):
        add = lt.add_torrent_params()
        add.ti = lt.torrent_info(torrent)
        add.save_path = folder
        add.flags |= lt.torrent_flags.disable_lsd | lt.torrent_flags.disable_dht
        if not exchange:
            add.flags |= lt.torrent_flags.disable_pex
        add.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
        self.handles[torrent] = self.session.add_torrent(add)
        return self.handles[torrent]

    def seed(self, torrent, folder, exchange=False):
        """Checks what is there; answers when all of it is."""
        handle = self.add(torrent, folder, exchange)
        self.wait(lambda alert: isinstance(alert, lt.torrent_finished_alert))
        if not handle.status().is_seeding:
            raise ValueError('the seed is not complete')
        return {}

    def fetch(self, torrent, folder, peers, exchange=False):
        """Downloads; answers when everything is here and checked."""
        handle = self.add(torrent, folder, exchange)
        for address, port in peers:
            handle.connect_peer((address, port))
        self.wait(lambda alert: isinstance(alert, lt.torrent_finished_alert))
        return {'received': handle.status().total_payload_download}

    def sent(self, torrent):
        return {'sent': self.handles[torrent].status().total_payload_upload}

    def forget(self, torrent):
        self.session.remove_torrent(self.handles.pop(torrent))
        self.wait(lambda alert: isinstance(alert, lt.torrent_removed_alert))
        return {}


def main():
    session = Session(*sys.argv[1:3])
    print(json.dumps({'port': session.session.listen_port()}), flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = getattr(session, order['do'])(*order['with'])
        except Exception as e:  # whatever it was, the bench shows it as this tool's failure
            answer = {'error': '%s: %s' % (type(e).__name__, e)}
        print(json.dumps(answer), flush=True)


main()
