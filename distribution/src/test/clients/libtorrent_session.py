#!/usr/bin/python3
"""One libtorrent session with a DHT, told what to do by lines on standard input; each is answered with a line of JSON.

Usage: libtorrent_session.py ADDRESS PORT
It finds others by its DHT alone: no peer exchange, no local discovery, no uTP.
"""
import json
import sys
import time

import libtorrent as lt

PATIENCE_SECONDS = 30


class Session:
    def __init__(self, address, port):
        self.torrents = {}
        self.from_dht = {}
        kinds = lt.alert.category_t
        self.session = lt.session({
            'listen_interfaces': '%s:%s' % (address, port),
            'enable_dht': True,
            'dht_bootstrap_nodes': '',
            'enable_lsd': False,
            'enable_upnp': False,
            'enable_natpmp': False,
            'enable_outgoing_utp': False,
            'enable_incoming_utp': False,
            'out_enc_policy': 2,
            'in_enc_policy': 2,
            # All nodes share one /24 here.
            'dht_restrict_routing_ips': False,
            'dht_restrict_search_ips': False,
            'dht_block_ratelimit': 10000,
            'dht_upload_rate_limit': 1000000,
            'allow_multiple_connections_per_ip': True,
            'alert_mask': kinds.dht_notification | kinds.status_notification | kinds.stats_notification,
        })

    def wait(self, kind):
        """The next alert of a kind, or None."""
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            self.session.wait_for_alert(200)
            for alert in self.session.pop_alerts():
                if isinstance(alert, lt.dht_reply_alert):
                    name = alert.handle.name()
                    self.from_dht[name] = self.from_dht.get(name, 0) + alert.num_peers
                if isinstance(alert, kind):
                    return alert
        return None

    def node(self, address, port):
        self.session.add_dht_node((address, int(port)))
        return {}

    def torrent(self, file, folder):
        add = lt.add_torrent_params()
        add.ti = lt.torrent_info(file)
        add.save_path = folder
        add.flags |= lt.torrent_flags.disable_pex | lt.torrent_flags.disable_lsd
        add.flags &= ~(lt.torrent_flags.auto_managed | lt.torrent_flags.paused)
        self.torrents[add.ti.name()] = self.session.add_torrent(add)
        hashes = add.ti.info_hashes()
        return {'v1': str(hashes.v1), 'v2': str(hashes.v2)}

    def make_v2(self, folder, name, torrent):
        """Writes a torrent that has a version 2 infohash only."""
        files = lt.file_storage()
        lt.add_files(files, folder + '/' + name)
        made = lt.create_torrent(files, flags=int(lt.create_torrent.v2_only))
        lt.set_piece_hashes(made, folder)
        with open(torrent, 'wb') as out:
            out.write(lt.bencode(made.generate()))
        return {}

    def announce(self):
        for handle in self.torrents.values():
            handle.force_dht_announce()
        return {}

    def status(self):
        self.session.post_session_stats()
        stats = self.wait(lt.session_stats_alert)
        return {'nodes': stats.values['dht.dht_nodes'] if stats else -1, 'fromDht': self.from_dht}

    def put(self, text):
        target = str(self.session.dht_put_immutable_item(text))
        done = self.wait(lt.dht_put_alert)
        return {'target': target, 'stored': done.num_success if done else -1}

    def get(self, target):
        self.session.dht_get_immutable_item(lt.sha1_hash(bytes.fromhex(target)))
        got = self.wait(lt.dht_immutable_item_alert)
        return {'item': text_of(got) if got else ''}

    def put_signed(self, secret, key, salt, text):
        self.session.dht_put_mutable_item(bytes.fromhex(secret), bytes.fromhex(key), text, salt)
        done = self.wait(lt.dht_put_alert)
        return {'stored': done.num_success if done else -1}

    def get_signed(self, key, salt):
        self.session.dht_get_mutable_item(bytes.fromhex(key), salt)
        got = self.wait(lt.dht_mutable_item_alert)
        return {'item': text_of(got) if got else '', 'sequence': got.seq if got else -1}


def text_of(alert):
    """The item that an alert brings; empty if there is none; what is no string as its bencoded form in hex."""
    try:
        value = alert.item['value']
    except RuntimeError:  # how the library says that nobody had it
        return ''
    if isinstance(value, bytes):
        return value.decode('utf-8', 'replace')
    return value if isinstance(value, str) else lt.bencode(value).hex()


def main():
    session = Session(*sys.argv[1:3])
    for line in sys.stdin:
        command, *arguments = line.rstrip('\n').split('\t')
        print(json.dumps(getattr(session, command)(*arguments)), flush=True)


main()
