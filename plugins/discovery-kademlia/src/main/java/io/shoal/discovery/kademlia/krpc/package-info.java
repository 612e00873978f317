/// The DHT's datagrams as values, to and from bytes; reading never throws.
///
/// Start at [Packet], the result of [PacketReader] and the input of [PacketWriter]: a query with
/// its [Method], a reply with its answer, a fault, or garbage. [NodeId] is a point of the key
/// space, [Contact] a node, [Item] a stored value of BEP 44, [ScrapeFilter] the Bloom filter of BEP
/// 33.
///
/// [Family], [Scope] and [AddressPrefix] say what an address means: its network, how far it
/// reaches, and which others its owner is likely to have. [TokenIssuer] makes and checks the tokens
/// that announcements need.
@NullMarked
package io.shoal.discovery.kademlia.krpc;

import org.jspecify.annotations.NullMarked;
