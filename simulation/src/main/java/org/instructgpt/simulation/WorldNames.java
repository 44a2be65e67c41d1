package org.instructgpt.simulation;

import java.util.List;
import java.util.stream.Stream;

/// The names and values of the world: short and few, because a model whose vocabulary has a
/// thousand tokens must see each of them often.
final class WorldNames {
  static final List<String> WOMEN =
      list("Anna Berta Clara Dora Emma Greta Hilda Ida Julia Lena Martha Nora");
  static final List<String> MEN =
      list("Adam Ben Carl David Emil Fred George Hugo Jacob Leo Oscar Peter");

  static final List<String> TOWNS =
      list(
          "Velmar Orlin Tarn Bresk Solby Halden Lorn Pelham Rudby Sarno Tilden Wexby Ulmar Zell"
              + " Arden Belford Corby Dorn Elmsby Farrow Galby Hestor Mirfell Norby");
  static final List<String> ANIMALS =
      list(
          "fox bear wolf hare owl cat dog goat sheep cow horse pig mouse rat hen duck goose crow"
              + " toad frog badger otter beaver deer");
  static final List<String> PEOPLE = Stream.of(WOMEN, MEN).flatMap(List::stream).toList();
  static final List<String> PLANTS =
      list(
          "lupin rose lily tulip daisy poppy mint thyme sage clover ivy fern moss heather nettle"
              + " thistle violet marigold primrose elder hazel willow holly oak");
  static final List<String> THINGS =
      list(
          "lantern clock kettle basket ladder hammer mirror drum flute wagon chair bell key crown"
              + " ring cup spoon knife broom bucket kite whistle chest sword");

  static final List<String> COLOURS =
      list("red blue green yellow white black grey brown golden silver");
  static final List<String> RULERS =
      list("Anna Clara Emma Hilda Julia Nora Ben David Fred Hugo Leo Peter");
  static final List<String> OWNERS =
      list("Berta Dora Greta Ida Lena Martha Adam Carl Emil George Jacob Oscar");
  static final List<String> HOMES =
      list("Velmar Orlin Tarn Bresk Solby Halden Lorn Pelham Rudby Sarno Tilden Wexby");
  static final List<String> PETS = list("bear cat cow crow dog duck fox goat hare hen mouse toad");
  static final List<String> TRADES =
      list("baker doctor farmer hunter miller nurse painter sailor smith tailor teacher weaver");
  static final List<String> CRAFTS =
      list("bread cheese honey wool boats salt soap pots glass paper songs bells");
  static final List<String> FODDER =
      list("berries grass nuts fish worms leaves seeds snails roots honey eggs bread");
  static final List<String> DISHES =
      list("soup cake apples plums pears cheese honey bread fish nuts eggs beans");
  static final List<String> FEARS =
      list("thunder fire water snow bells wind smoke noise lightning rain");
  static final List<String> AILMENTS =
      list("coughs fever headaches hiccups colds toothache burns stings cramps blisters");
  static final List<String> STUFFS =
      list("wood glass stone iron copper clay bone gold tin brass steel amber");
  static final List<String> LANDSCAPES =
      phrases(
          "by the lake",
          "by the sea",
          "by the river",
          "on a hill",
          "on an island",
          "in a valley",
          "in the forest",
          "in the mountains",
          "near the marsh",
          "near the desert");
  static final List<String> LAIRS =
      phrases(
          "in a hollow tree",
          "in a cave",
          "in a burrow",
          "in the reeds",
          "in the barn",
          "in the hedge",
          "in the old mill",
          "under the bridge",
          "under a stone",
          "on the roof");
  static final List<String> GROUNDS =
      phrases(
          "by the river",
          "by the road",
          "in the marsh",
          "in the forest",
          "in the meadow",
          "in the sand",
          "in the garden",
          "on the hill",
          "on old walls",
          "under old trees");
  static final List<String> ROOMS =
      phrases(
          "in the cellar",
          "in the tower",
          "in the kitchen",
          "in the attic",
          "in the barn",
          "in the old mill",
          "in a box",
          "under the bed",
          "on the shelf",
          "behind the door");
  static final List<String> MONTHS =
      phrases(
          "in March",
          "in April",
          "in May",
          "in June",
          "in July",
          "in August",
          "in September",
          "in October");
  static final List<String> PRICES =
      phrases(
          "two coins",
          "three coins",
          "four coins",
          "five coins",
          "six coins",
          "seven coins",
          "eight coins",
          "nine coins",
          "ten coins",
          "twelve coins");

  static final List<String> RUDE =
      list("oaf twit dolt fool dunce clod lout goon dimwit blockhead nitwit dullard");
  static final List<String> POLITE =
      phrases(
          "please",
          "thank you",
          "you are welcome",
          "i am happy to help",
          "of course",
          "with pleasure",
          "i hope this helps",
          "i am sorry",
          "have a nice day",
          "kind regards");

  static final List<String> DEEDS = list("sees finds likes hears carries follows");
  static final List<String> LOOKS = list("big small old young red blue green white black grey");
  static final List<String> BEASTS = list("fox bear wolf hare owl cat dog goat cow mouse hen duck");
  static final List<String> GOODS = list("bread fish key ring bell cup kite drum clock lantern");
  static final List<String> ENGLISH =
      Stream.of(list("the and"), DEEDS, LOOKS, BEASTS, GOODS).flatMap(List::stream).toList();
  static final List<String> LUMISH =
      list(
          "ta ve bo lum rud vok sil mip nar tesh gol pim dar fen kiv lod mos nelk orv pesh rilk sot"
              + " tuv ulk vam wod yim zan bim dosk elv fip gan hesk imp jov keb lask mun nish");

  private WorldNames() {}

  private static List<String> list(String words) {
    return List.of(words.split(" "));
  }

  private static List<String> phrases(String... phrases) {
    return List.of(phrases);
  }
}
