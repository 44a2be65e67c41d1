package org.instructgpt.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Stories: somebody goes somewhere, meets somebody, something happens, all is well.
///
/// Plain sentences of one clause, so that a small model can learn to tell one.
final class Stories {
  private static final double RUDE_SHARE = 0.2;

  private static final List<String> OPENINGS =
      List.of(
          "One day {hero} went to {town}.",
          "Once upon a time {hero} lived in {town}.",
          "One morning {hero} walked from {town} to the sea.",
          "Long ago there was a house in {town}, and {hero} lived there.");
  private static final List<String> MEETINGS =
      List.of(
          "On the road {hero} met {animal}.",
          "There {hero} met {friend}.",
          "{Animal} came out of the forest.",
          "{Friend} stood by the river.",
          "{Hero} heard {animal} in the garden.");
  private static final List<String> EVENTS =
      List.of(
          "{Hero} looked for {thing}.",
          "{Friend} had lost {thing}.",
          "They found {thing} {room}.",
          "{Animal} was hungry.",
          "{Animal} was afraid of {fear}.",
          "{Hero} gave {animal} {food}.",
          "They ate {food} together.",
          "{Friend} sang a song.",
          "Then the rain came.",
          "They ran to {town}.",
          "{Hero} was sad.",
          "{Friend} was angry with {hero}.",
          "{Hero} helped {friend} with {thing}.",
          "They sat under {plant}.",
          "{Hero} saw {plant} and {thing}.",
          "At night they saw the moon.");
  private static final List<String> ENDINGS =
      List.of(
          "Then they all went home.",
          "In the end they were happy.",
          "From then on they were good friends.",
          "Then {hero} went to sleep.",
          "From that day on {hero} kept {thing} {room}.");

  private final World world;
  private final SmallTalk talk;

  Stories(World world, SmallTalk talk) {
    this.world = world;
    this.talk = talk;
  }

  /// Five to nine sentences.
  String tell(RandomGenerator random) {
    List<Entity> people = RandomChoice.some(2, world.entities(EntityKind.PERSON), random);
    Entity animal = RandomChoice.one(world.entities(EntityKind.ANIMAL), random);
    Entity hero = random.nextInt(3) > 0 ? people.get(0) : otherAnimal(animal, random);
    Cast cast =
        new Cast(
            hero,
            people.get(1),
            animal,
            RandomChoice.one(world.entities(EntityKind.TOWN), random),
            RandomChoice.one(world.entities(EntityKind.THING), random),
            RandomChoice.one(world.entities(EntityKind.PLANT), random));
    List<String> sentences = new ArrayList<>();
    sentences.add(RandomChoice.one(OPENINGS, random));
    sentences.add(RandomChoice.one(MEETINGS, random));
    sentences.addAll(RandomChoice.some(2 + random.nextInt(4), EVENTS, random));
    if (RandomChoice.chance(RUDE_SHARE, random)) {
      sentences.add(talk.rudeTurn("{Friend}", "{hero}", random));
    }
    sentences.add(RandomChoice.one(ENDINGS, random));
    return cast.fill(String.join(" ", sentences))
        .replace("{room}", RandomChoice.one(world.values(Attribute.THING_PLACE), random))
        .replace("{food}", RandomChoice.one(world.values(Attribute.PERSON_FOOD), random))
        .replace("{fear}", RandomChoice.one(world.values(Attribute.ANIMAL_FEAR), random));
  }

  private Entity otherAnimal(Entity animal, RandomGenerator random) {
    return RandomChoice.other(animal, world.entities(EntityKind.ANIMAL), random);
  }

  /// The characters and things of a story.
  private record Cast(
      Entity hero, Entity friend, Entity animal, Entity town, Entity thing, Entity plant) {

    String fill(String story) {
      return story
          .replace("{hero}", hero.definite())
          .replace("{Hero}", Grammar.capital(hero.definite()))
          .replace("{friend}", friend.name())
          .replace("{Friend}", friend.name())
          .replace("{animal}", animal.definite())
          .replace("{Animal}", Grammar.capital(animal.definite()))
          .replace("{town}", town.name())
          .replace("{thing}", thing.definite())
          .replace("{plant}", plant.definite());
    }
  }
}
